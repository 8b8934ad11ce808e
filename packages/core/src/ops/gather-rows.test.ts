import { type Tensor, type Tensor2D, grad, tensor1d, tensor2d } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { gatherRows } from "./gather-rows.ts";

test("takes rows, some twice, some never", async () => {
  const table = tensor2d([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  await expect(gatherRows(table, tensor1d([2, 0, 2], "int32"))).toBeAllClose([
    [5, 6],
    [1, 2],
    [5, 6],
  ]);
});

test("its gradient adds up over rows that were taken twice", async () => {
  const indices = tensor1d([2, 0, 2, 2], "int32");
  const dy = tensor2d([
    [1, 10],
    [2, 20],
    [4, 40],
    [8, 80],
  ]);
  const slope = grad((table: Tensor) => gatherRows(table as Tensor2D, indices))(
    tensor2d([
      [0, 0],
      [0, 0],
      [0, 0],
    ]),
    dy,
  );
  await expect(slope).toBeAllClose([
    [2, 20],
    [0, 0],
    [13, 130],
  ]);
  await checkGradients((table) => gatherRows(table as Tensor2D, indices), [seeded(1).normals([4, 3])]);
});

test("leaks nothing", async () => {
  const table = seeded(1).normals([4, 3]);
  const indices = tensor1d([1, 1], "int32");
  await expectNoLeak(() => grad((x: Tensor) => gatherRows(x as Tensor2D, indices))(table).dispose());
});
