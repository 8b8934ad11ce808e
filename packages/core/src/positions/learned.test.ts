import { type Tensor3D, mul, slice, sum, variableGrads } from "@tensorflow/tfjs-core";
import { expectNoLeak, readGoldens, restore, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { LearnedPositions, LearnedPositions2d } from "./learned.ts";
import { resamplePositions } from "./resample.ts";

const goldens = await readGoldens(new URL("../__fixtures__/pos_embed_resample.safetensors", import.meta.url));
const table = () => restore(goldens.get("pos_embed")) as Tensor3D;

describe("one vector a token", () => {
  test("is the table itself, at the path of its holder", () => {
    const positions = new LearnedPositions({ grid: [2, 3], width: 4, prefix: 2 });
    expect([...positions.params()].map(([path, { shape }]) => [path, shape])).toEqual([["", [1, 8, 4]]]);
  });

  test.each([
    ["timm", "timm"],
    ["huggingface", "hf"],
    ["google", "google"],
    ["dino", "dino"],
    ["flexivit", "bilinear_antialias"],
  ] as const)("a table of another grid is resized at load, by %s's rule", async (rule, file) => {
    for (const grid of [
      [14, 14],
      [5, 5],
      [4, 9],
    ] as const) {
      using positions = new LearnedPositions({ grid, width: 6, prefix: 1, rule });
      await positions.load({ "": table() });
      await expect(positions.table(grid)).toBeAllClose(goldens.get(`${file}/${grid.join("x")}`));
    }
  });

  test("and at each forward with another image size", async () => {
    using positions = await new LearnedPositions({ grid: [7, 7], width: 6, prefix: 1 }).load({ "": table() });
    await expect(positions.table([7, 7])).toBeAllClose(table());
    await expect(positions.table([4, 9])).toBeAllClose(goldens.get("timm/4x9"));
  });

  test("what is no square table of this width is refused, with expected and got", async () => {
    for (const shape of [
      [1, 49, 6],
      [1, 50, 5],
      [2, 50, 6],
      [50, 6],
    ]) {
      using positions = new LearnedPositions({ grid: [3, 3], width: 6, prefix: 1 });
      const wrong = seeded(1).normals(shape);
      await expect(positions.load({ "": wrong })).rejects.toThrow(`expected [1, 10, 6], got [${shape.join(", ")}]`);
    }
  });
});

describe("one vector a row and one a column", () => {
  const make = () => new LearnedPositions2d({ grid: [2, 3], width: 5, prefix: 1 }).init(1);

  test("halves of the width, joined for each place", async () => {
    using positions = make();
    expect([...positions.params()].map(([path, { shape }]) => [path, shape])).toEqual([
      ["row", [1, 2, 2]],
      ["column", [1, 3, 3]],
      ["token", [1, 1, 5]],
    ]);
    const [rows, columns] = [await positions.row.value.data(), await positions.column.value.data()];
    const expected = [0, 1].flatMap((i) =>
      [0, 1, 2].flatMap((j) =>
        Array.from(rows.slice(2 * i, 2 * i + 2)).concat(Array.from(columns.slice(3 * j, 3 * j + 3))),
      ),
    );
    const all = positions.table([2, 3]);
    await expect(slice(all, [0, 1, 0], [1, 6, 5])).toBeAllClose({ shape: [1, 6, 5], data: expected });
    await expect(slice(all, [0, 0, 0], [1, 1, 5])).toBeAllClose(positions.token!.value);
  });

  test("another grid resizes rows and columns apart", async () => {
    using positions = make();
    const taller = positions.table([4, 3]);
    expect(taller.shape).toEqual([1, 13, 5]);
    const rows = resamplePositions(positions.row.value as unknown as Tensor3D, {
      prefix: 0,
      from: [2, 1],
      to: [4, 1],
      rule: "timm",
    });
    await expect(slice(taller, [0, 1 + 3 * 3, 0], [1, 1, 2])).toBeAllClose(slice(rows, [0, 3, 0], [1, 1, 2]));
  });

  test("gradients reach rows and columns", async () => {
    using positions = new LearnedPositions2d({ grid: [2, 2], width: 4 }).init(1);
    const [row, column] = [positions.row.value, positions.column.value];
    const weights = seeded(3).normals([1, 4, 4]);
    const { value, grads } = variableGrads(() => sum(mul(positions.table([2, 2]), weights)));
    const data = await weights.data();
    await expect(grads[row.name]!).toBeAllClose([
      [
        [data[0]! + data[4]!, data[1]! + data[5]!],
        [data[8]! + data[12]!, data[9]! + data[13]!],
      ],
    ]);
    await expect(grads[column.name]!).toBeAllClose([
      [
        [data[2]! + data[10]!, data[3]! + data[11]!],
        [data[6]! + data[14]!, data[7]! + data[15]!],
      ],
    ]);
    value.dispose();
  });
});

test("leaks nothing", async () => {
  using learned = new LearnedPositions({ grid: [2, 2], width: 4 }).init(1);
  using apart = new LearnedPositions2d({ grid: [2, 2], width: 4, prefix: 1 }).init(1);
  const other = seeded(1).normals([1, 9, 4]);
  await expectNoLeak(async () => {
    learned.table([2, 2]).dispose();
    learned.table([3, 2]).dispose();
    apart.table([2, 3]).dispose();
    await learned.load({ "": other });
  });
});
