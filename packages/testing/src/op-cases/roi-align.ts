import { type Tensor3D, tensor1d, tensor2d } from "@tensorflow/tfjs-core";
import { type RegionGrid, roiAlign, roiAlignGrad, roiAlignGradOp, roiAlignOp } from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

interface Given extends RegionGrid {
  places: Tensor3D["shape"];
}

// Inside, across borders, far outside, empty, tiny, larger than the map, and no number.
const regions = [
  [3.2, 4.1, 20.7, 30.3],
  [-6, -5, 9, 12],
  [40, 25, 70, 60],
  [200, 200, 260, 240],
  [12, 12, 12, 12],
  [8, 8, 8.5, 8.25],
  [-30, -20, 90, 70],
  [0, Number.NaN, 5, 5],
];

const one = { places: [2, 130, 7], grids: [[10, 13]], strides: [4] } satisfies Partial<Given>;
const several = {
  places: [2, 30 + 8, 16],
  grids: [
    [5, 6],
    [2, 4],
  ],
  strides: [8, 16],
} satisfies Partial<Given>;

const all: readonly Given[] = [
  { ...one, size: [7, 7], sampling: 2, aligned: true },
  { ...one, size: [2, 3], sampling: 0, aligned: true },
  { ...several, size: [3, 2], sampling: 2, aligned: true },
  { ...several, size: [3, 3], sampling: 0, aligned: false },
];

const nameOf = ({ grids, size, sampling, aligned }: Given) =>
  `${grids.length} maps, ${size.join("×")} bins, ${sampling || "adaptive"} samples${aligned ? "" : ", legacy"}`;

const where = ({ grids }: Given) => ({
  regions: tensor2d(regions),
  pictures: tensor1d(
    regions.map((_, i) => i % 2),
    "int32",
  ),
  ...(grids.length > 1 && { levels: tensor1d(regions.map((_, i) => (i >> 1) % 2), "int32") }), // prettier-ignore
});

export const roiAlignCases = casesOf({
  op: roiAlignOp,
  call: ({ places, ...at }, options: Given) => roiAlign(places, at, options),
  differentiable: ["places"],
  cases: all.map((given) => ({
    name: nameOf(given),
    inputs: () => ({ places: normals(1, given.places), ...where(given) }),
    attrs: given,
  })),
});

export const roiAlignGradCases = casesOf({
  op: roiAlignGradOp,
  call: ({ dy, ...at }, { places, ...grid }: Given) => roiAlignGrad(dy, at, { ...grid, batch: places[0] }),
  cases: all.map((given) => ({
    name: nameOf(given),
    inputs: () => ({ dy: normals(2, [regions.length, ...given.size, given.places[2]]), ...where(given) }),
    attrs: given,
  })),
});
