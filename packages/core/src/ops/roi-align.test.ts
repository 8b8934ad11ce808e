// RoIAlign against torchvision's operator, values and gradients: regions inside, across each border, far outside, empty, tiny and larger
// than the map.
import { type Tensor, type Tensor2D, type Tensor3D, concat, getBackend, grad, grads, reshape, slice, tensor1d, tensor2d, zeros } from "@tensorflow/tfjs-core"; // prettier-ignore
import { channelsLast, expectNoLeak, readGoldens, restore, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { type RoiAlignOptions, roiAlign } from "./roi-align.ts";
import type { Regions } from "./roi-samples.ts";

const goldens = await readGoldens(new URL("../__fixtures__/roi_align.safetensors", import.meta.url));
const cases = goldens.config as Record<string, { output_size: number | [number, number]; spatial_scale: number; sampling_ratio: number; aligned: boolean }>; // prettier-ignore
// WebGL compiles a program for each number of samples, and a GPU in software takes seconds for each.
const used = Object.entries(cases).filter(([, { sampling_ratio }]) => getBackend() !== "webgl" || sampling_ratio > 0);
const samplings = getBackend() === "webgl" ? [2] : [0, 2];
const exact = { rtol: 1e-4, atol: 1e-5 };

/** A map [b, c, h, w] of the file, channels last and one row a place. */
function placesIn(name: string): Tensor3D {
  const [b, c, h, w] = goldens.get(name).shape as [number, number, number, number];
  return reshape(channelsLast(restore(goldens.get(name))), [b, h * w, c]);
}

function regionsIn(rows: Tensor): Regions {
  const [r] = rows.shape as [number];
  return {
    regions: slice(rows as Tensor2D, [0, 1], [r, 4]),
    pictures: reshape(slice(rows as Tensor2D, [0, 0], [r, 1]), [r]),
  };
}

describe.each(used)("%s", (name, { output_size: size, spatial_scale, sampling_ratio: sampling, aligned }) => {
  const options = { size, sampling, aligned, grids: [[10, 13]], strides: [1 / spatial_scale] } as const;
  const stored = (what: string) => channelsLast(restore(goldens.get(`${name}/${what}`)));

  test("equals torchvision", async () => {
    const y = roiAlign(placesIn("input"), regionsIn(restore(goldens.get("rois"))), options);
    await expect(y).toBeAllClose(stored("out"), exact);
  });

  test("has its gradient", async () => {
    const at = regionsIn(restore(goldens.get("rois")));
    const slope = grad((x: Tensor) => roiAlign(x as Tensor3D, at, options))(placesIn("input"), stored("probe"));
    await expect(slope).toBeAllClose(placesIn(`${name}/grads/input`), exact);
  });
});

test("takes each region from its own map, and gives each map its gradient", async () => {
  const grids = [[4, 5], [2, 3]] as const; // prettier-ignore
  const maps = grids.map(([h, w], i) => seeded(i).normals([2, h * w, 3]) as Tensor3D);
  const boxes = [[0, 0, 9, 9], [4, 4, 20, 16], [1, 2, 30, 31], [2, 2, 17, 13]]; // prettier-ignore
  const [pictures, levels] = [[0, 1, 1, 0], [0, 0, 1, 1]] as const; // prettier-ignore
  const all = { regions: tensor2d(boxes), pictures: tensor1d([...pictures], "int32"), levels: tensor1d([...levels], "int32") }; // prettier-ignore
  for (const sampling of samplings) {
    const options = { size: 2, sampling, grids, strides: [4, 16] };
    const pool = (...some: Tensor[]) => roiAlign(concat(some as Tensor3D[], 1), all, options);
    const alone = (level: 0 | 1) => (x: Tensor) =>
      roiAlign(
        x as Tensor3D,
        { regions: slice(all.regions, [2 * level, 0], [2, 4]), pictures: slice(all.pictures, [2 * level], [2]) },
        { ...options, grids: [grids[level]], strides: [options.strides[level]!] },
      );
    await expect(pool(...maps)).toBeAllClose(concat([alone(0)(maps[0]!), alone(1)(maps[1]!)]));
    const probe = seeded(9).normals([4, 2, 2, 3]);
    const slopes = grads(pool)(maps, probe);
    for (const level of [0, 1] as const) {
      const expected = grad(alone(level))(maps[level]!, slice(probe, [2 * level, 0, 0, 0], [2, 2, 2, 3]));
      await expect(slopes[level]).toBeAllClose(expected);
    }
  }
});

const one = (region: number[], options: Partial<RoiAlignOptions> = {}) =>
  roiAlign(
    seeded(1).normals([1, 6, 2]) as Tensor3D,
    { regions: tensor2d([region]), pictures: tensor1d([0], "int32") },
    { size: 2, sampling: 2, grids: [[2, 3]], strides: [1], ...options },
  );

test("what is no number gives zeros", async () => {
  for (const sampling of [0, 2]) {
    await expect(one([Number.NaN, 0, 1, 1], { sampling })).toBeAllClose(zeros([1, 2, 2, 2]));
    await expect(one([0, 0, 0, 0], { sampling: 0 })).toBeAllClose(zeros([1, 2, 2, 2]));
  }
});

test("no region gives none, and no gradient", async () => {
  const at = { regions: tensor2d([], [0, 4]), pictures: tensor1d([], "int32") };
  for (const sampling of [0, 1]) {
    const options = { size: 3, sampling, grids: [[2, 3]], strides: [1] } as const;
    const pool = (x: Tensor) => roiAlign(x as Tensor3D, at, options);
    expect(pool(zeros([1, 6, 2])).shape).toEqual([0, 3, 3, 2]);
    await expect(grad(pool)(zeros([1, 6, 2]), zeros([0, 3, 3, 2]))).toBeAllClose(zeros([1, 6, 2]));
  }
});

test("refuses what does not fit, and regions that are none of a picture", () => {
  expect(() => one([0, 0, 1, 1], { grids: [[2, 2]] })).toThrow(
    "roiAlign places: expected shape [b, 4, c], got [1, 6, 2]",
  );
  expect(() => one([0, 0, 1, 1], { strides: [] })).toThrow("roiAlign: expected a stride for each map, got 0 for 1");
  expect(() => one([0, 0, 1, 1], { grids: [[1, 3], [1, 3]], strides: [1, 2] })).toThrow("got none for 2 maps; give levels"); // prettier-ignore
  expect(() => one([0, 0, 1e9, 1], { sampling: 0 })).toThrow(
    "of at most 2048 samples a bin, got 500000000; clip boxes",
  );
});

test("calls a registered kernel, and one for the gradient", () => {
  const fakes = { TesseraRoiAlign: () => [1, 2, 2, 2], TesseraRoiAlignGrad: () => [1, 6, 2] };
  const at = { regions: tensor2d([[0, 0, 1, 1]]), pictures: tensor1d([0], "int32") };
  const options = { size: 2, sampling: 2, grids: [[2, 3]], strides: [1] } as const;
  const pool = (x: Tensor) => roiAlign(x as Tensor3D, at, options);
  const { calls } = withFakeKernels(fakes, () => grad(pool)(zeros([1, 6, 2]), zeros([1, 2, 2, 2])));
  expect(calls.map(({ kernel, inputs }) => [kernel, inputs])).toEqual([
    ["TesseraRoiAlign", { places: [1, 6, 2], regions: [1, 4], pictures: [1] }],
    ["TesseraRoiAlignGrad", { dy: [1, 2, 2, 2], regions: [1, 4], pictures: [1] }],
  ]);
  expect(calls[1]!.attrs).toMatchObject({ batch: 1, aligned: true });
});

test("leaks nothing", async () => {
  const places = seeded(1).normals([1, 6, 2]);
  const at = { regions: tensor2d([[0, 0, 1, 1], [0, 0, 3, 2]]), pictures: tensor1d([0, 0], "int32") }; // prettier-ignore
  for (const sampling of [0, 2])
    await expectNoLeak(() => {
      const options = { size: 2, sampling, grids: [[2, 3]], strides: [1] } as const;
      grad((x: Tensor) => roiAlign(x as Tensor3D, at, options))(places).dispose();
    });
});
