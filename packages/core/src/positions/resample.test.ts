import { type Tensor3D, slice } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, readGoldens, restore, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type PositionRule, positionRules, resamplePositions } from "./resample.ts";

const goldens = await readGoldens(new URL("../__fixtures__/pos_embed_resample.safetensors", import.meta.url));
const table = () => restore(goldens.get("pos_embed")) as Tensor3D;

/** Each rule by the golden that its project's code gave. */
const files: Partial<Record<PositionRule, string>> = {
  timm: "timm",
  dinov2_registers: "timm",
  huggingface_registers: "timm",
  huggingface: "hf",
  deit: "hf",
  mae: "hf",
  swin: "hf",
  google: "google",
  dino: "dino",
  dinov2: "dino",
  flexivit: "bilinear_antialias",
};

describe.each(Object.entries(files) as [PositionRule, string][])("%s", (rule, file) => {
  test.each([
    [14, 14],
    [5, 5],
    [4, 9],
  ] as const)("7×7 to %i×%i is the project's own", async (h, w) => {
    const resampled = resamplePositions(table(), { prefix: 1, from: [7, 7], to: [h, w], rule });
    await expect(resampled).toBeAllClose(goldens.get(`${file}/${h}x${w}`));
  });
});

test.each(Object.keys(positionRules) as PositionRule[])(
  "%s: its own grid stays as it is, the prefix everywhere",
  async (rule) => {
    const same = resamplePositions(table(), { prefix: 1, from: [7, 7], to: [7, 7], rule });
    await expect(same).toBeAllClose(table(), { rtol: 0, atol: 0 });
    const other = resamplePositions(table(), { prefix: 1, from: [7, 7], to: [3, 8], rule });
    expect(other.shape).toEqual([1, 25, 6]);
    await expect(slice(other, [0, 0, 0], [1, 1, 6])).toBeAllClose(slice(table(), [0, 0, 0], [1, 1, 6]), {
      rtol: 0,
      atol: 0,
    });
  },
);

test("the rules that no golden has: PVT's and timm's loader are bilinear with clamped borders", async () => {
  const line = restore({ shape: [1, 4, 1], data: Float32Array.of(0, 1, 4, 9) }) as Tensor3D;
  for (const rule of ["pvt", "timm_npz"] as const) {
    const grown = resamplePositions(line, { prefix: 0, from: [4, 1], to: [3, 1], rule });
    await expect(grown).toBeAllClose([[[1 / 6], [2.5], [8 + 1 / 6]]]);
  }
});

test("has the gradient that differences give", async () => {
  const small = seeded(1).normals([1, 2 + 6, 3]);
  for (const rule of ["timm", "google"] as const) {
    await checkGradients(
      (x) => resamplePositions(x as Tensor3D, { prefix: 2, from: [2, 3], to: [3, 2], rule }),
      [small],
    );
  }
});

test("refuses a table of another size", () => {
  expect(() => resamplePositions(table(), { prefix: 0, from: [7, 7], to: [3, 3], rule: "timm" })).toThrow(
    "resamplePositions: expected shape [1, 49, d], got [1, 50, 6]",
  );
});

test("gives a tensor of the caller's own, and leaks nothing", async () => {
  const given = table();
  await expectNoLeak(() => {
    resamplePositions(given, { prefix: 1, from: [7, 7], to: [7, 7], rule: "timm" }).dispose();
    resamplePositions(given, { prefix: 1, from: [7, 7], to: [2, 3], rule: "dino" }).dispose();
  });
  expect(given.isDisposed).toBe(false);
});
