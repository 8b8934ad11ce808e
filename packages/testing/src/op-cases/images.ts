import type { Tensor4D } from "@tensorflow/tfjs-core";
import {
  type PatchifyOptions,
  type ResizeMethod,
  patchGrid,
  patchify,
  patchifyGrad,
  patchifyGradOp,
  patchifyOp,
  resize,
  resizeOp,
} from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

interface Cut extends PatchifyOptions {
  image: Tensor4D["shape"];
}

/** Side by side, overlapping, apart, padded, and with a rest that no patch takes. */
const cuts: readonly Cut[] = [
  { image: [2, 32, 48, 3], patchSize: [16, 16] },
  { image: [2, 8, 12, 3], patchSize: [4, 4] },
  { image: [1, 9, 7, 1], patchSize: [2, 3] },
  { image: [2, 11, 13, 3], patchSize: [7, 7], stride: [4, 4], padding: [3, 3] },
  { image: [1, 6, 6, 5], patchSize: [3, 2], stride: [1, 2], padding: [0, 1] },
  { image: [1, 17, 19, 2], patchSize: [4, 3], stride: [3, 2], padding: [1, 2] },
  { image: [1, 9, 9, 1], patchSize: [2, 2], stride: [5, 4] },
  { image: [3, 3, 2, 5], patchSize: [5, 6], padding: [4, 5] },
  { image: [0, 8, 12, 3], patchSize: [4, 4] },
];

function nameOf({ image, patchSize, stride = patchSize, padding = [0, 0] }: Cut): string {
  return `[${image.join(", ")}] by ${patchSize.join("×")}, every ${stride.join("×")}, ${padding.join("×")} around`;
}

export const patchifyCases = casesOf({
  op: patchifyOp,
  call: ({ image }, options: PatchifyOptions) => patchify(image, options),
  differentiable: ["image"],
  cases: cuts.map((cut) => ({
    name: nameOf(cut),
    inputs: () => ({ image: normals(1, cut.image) }),
    attrs: cut,
    tolerance: { rtol: 1e-6, atol: 1e-6 },
  })),
});

export const patchifyGradCases = casesOf({
  op: patchifyGradOp,
  call: ({ dy }, { image, ...options }: Cut) => patchifyGrad(dy, image, options),
  cases: cuts.map((cut) => {
    const [b, h, w, c] = cut.image;
    const [rows, columns] = patchGrid([h, w], cut);
    return {
      name: nameOf(cut),
      inputs: () => ({ dy: normals(1, [b, rows * columns, c * cut.patchSize[0] * cut.patchSize[1]]) }),
      attrs: cut,
    };
  }),
});

const methods: readonly ResizeMethod[] = [
  "bilinear_align_corners",
  "bilinear",
  "bilinear_antialias",
  "bicubic",
  "bicubic_antialias",
  "bicubic_dino",
  "average",
];

/** Larger, smaller, one of each, to a single pixel, and as it was. */
const sizes = [[14, 11], [3, 2], [4, 9], [5, 33], [1, 1], [7, 5]] as const; // prettier-ignore

export const resizeCases = casesOf({
  op: resizeOp,
  call: ({ x }, { size, method }: { size: readonly [number, number]; method: ResizeMethod }) => resize(x, size, method),
  differentiable: ["x"],
  cases: methods.flatMap((method) =>
    [...sizes.map((size) => [2, size] as const), [0, sizes[0]] as const].map(([batch, size]) => ({
      name: `${method} of ${batch} from 7×5 to ${size.join("×")}`,
      inputs: () => ({ x: normals(1, [batch, 7, 5, 3]) }),
      attrs: { size, method },
    })),
  ),
});
