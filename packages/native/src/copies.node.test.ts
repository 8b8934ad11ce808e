// Gathering, reversing and tiling, and reductions over axes in the middle, against tfjs-backend-cpu's.
import {
  type Tensor1D,
  gather,
  max,
  mean,
  reverse,
  setBackend,
  sum,
  tensor,
  tensor1d,
  tile,
} from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";

const indices = (...values: number[]) => tensor1d(values, "int32");

describe("gather", () => {
  test.each([
    [[7], 0],
    [[7, 3], 0],
    [[2, 7, 5], 1],
    [[2, 3, 7], 2],
    [[2, 3, 7], -1],
    [[9000, 4], 0],
    [[7, 0], 0],
  ])("of %o along %i", async (shape, axis) => {
    await expectSame((x) => gather(x!, indices(3, 0, 6, 6, 1), axis), [given(1, shape)]);
    await expectSame((x) => gather(x!, indices(), axis), [given(1, shape)]);
  });

  test("with indices of several axes, and of their own for each of a batch", async () => {
    const table = () => tensor([0, 2, 1, 1, 0, 2], [2, 3], "int32");
    await expectSame((x) => gather(x!, table(), 1), [given(1, [4, 3, 5])]);
    await expectSame((x) => gather(x!, table() as unknown as Tensor1D, 1, 1), [given(1, [2, 3, 5])]);
    await expectSame((x) => gather(x!, table() as unknown as Tensor1D, 2, 1), [given(1, [2, 4, 3, 5])]);
  });

  test.each([7, -1])("refuses index %i of 7", async (index) => {
    await setBackend("native");
    const x = tensor(new Float32Array(14), [7, 2]);
    expect(() => gather(x, indices(0, index))).toThrow(
      `native gather: expected indices from 0 to below 7, got ${index}`,
    );
    x.dispose();
  });

  test("of whole numbers is tfjs-backend-cpu's", async () => {
    await setBackend("native");
    const x = tensor([5, 6, 7], [3], "int32");
    const got = gather(x, indices(2, 0));
    expect(got.dtype).toBe("int32");
    expect([...got.dataSync()]).toEqual([7, 5]);
    for (const used of [x, got]) used.dispose();
  });
});

test.each<[number[], number | number[]]>([
  [[7], 0],
  [[2, 7, 5], 1],
  [[2, 5, 300, 3], 2],
  [[2, 3, 7], -1],
  [
    [2, 3, 7],
    [0, 2],
  ],
  [[2, 0], 1],
  [[], []],
])("reverse of %o along %o", async (shape, axes) => {
  await expectSame((x) => reverse(x!, axes), [given(1, shape)]);
});

test.each<[number[], number[]]>([
  [
    [1, 1, 33],
    [4, 1, 1],
  ],
  [
    [1, 1, 33],
    [1, 4, 1],
  ],
  [
    [2, 3, 5],
    [1, 3, 1],
  ],
  [
    [5, 3],
    [1, 2],
  ],
  [[5], [3]],
  [
    [5, 3],
    [2, 2],
  ],
  [
    [5, 3],
    [1, 1],
  ],
  [
    [5, 3],
    [0, 1],
  ],
  [
    [0, 3],
    [2, 1],
  ],
])("tile of %o, %o times", async (shape, times) => {
  await expectSame((x) => tile(x!, times), [given(1, shape)]);
});

describe.each(isas)("%s", (isa) => {
  test("sums, means and largest values over every run of axes", async () => {
    useIsa(isa);
    const x = given(1, [3, 5, 7, 18]);
    for (const axis of [
      [0],
      [1],
      [2],
      [3],
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 2],
      [1, 3],
      [0, 1, 2],
      [1, 2, 3],
      [0, 1, 2, 3],
    ]) {
      await expectSame((a) => [sum(a!, axis), mean(a!, axis), max(a!, axis), max(a!, axis, true)], [x], { atol: 1e-4 });
    }
    await expectSame((a) => [sum(a!), max(a!)], [given(1, [])]);
    await expectSame((a) => [sum(a!, 1), sum(a!, 0)], [given(1, [0, 3])]);
  });

  test("the largest of rows with NaN and infinities", async () => {
    useIsa(isa);
    for (const width of [1, 3, 16, 17, 40]) {
      const x = given(1, [6, width], 3);
      x.values[0] = Number.NaN;
      x.values[2 * width - 1] = Number.NaN;
      x.values[2 * width] = Number.POSITIVE_INFINITY;
      x.values.fill(Number.NEGATIVE_INFINITY, 3 * width, 4 * width);
      x.values[5 * width - 1] = Number.NEGATIVE_INFINITY;
      await expectSame((a) => max(a!, 1), [x]);
    }
  });
});
