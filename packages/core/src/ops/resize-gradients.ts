import { type GradConfig, type Tensor, matMul, reshape, tensor3d } from "@tensorflow/tfjs-core";

type Pair = [number, number];

/** What the kernels below are called with. */
interface Attrs {
  alignCorners: boolean;
  halfPixelCenters: boolean;
  size: Pair;
}

/** Weights of the pixels along one axis that a new pixel is made of: which, and how much of it. */
type Sources = (at: number, length: number, attrs: Attrs) => [pixel: number, weight: number][];

/**
 * Resizing as tfjs does it. Its own gradient of bilinear resizing knows no half pixel centres; this is the transpose of what the
 * kernel does, whatever that is.
 */
export const resizeGradients: readonly GradConfig[] = [
  resizing("ResizeBilinear", (at, length, { halfPixelCenters }) => {
    const source = halfPixelCenters ? at - 0.5 : at;
    const [low, high] = [Math.max(0, Math.floor(source)), Math.min(length - 1, Math.ceil(source))];
    const share = source - low;
    return [
      [low, 1 - share],
      [high, share],
    ];
  }),
  resizing("ResizeNearestNeighbor", (at, length, { alignCorners }) => [
    [Math.max(0, Math.min(length - 1, alignCorners ? Math.round(at) : Math.floor(at))), 1],
  ]),
];

function resizing(kernelName: string, sources: Sources): GradConfig {
  return {
    kernelName,
    inputsToSave: ["images"],
    gradFunc: (dy, [images], attrs) => ({
      images: () =>
        back(dy as Tensor, images!.shape as [number, number, number, number], attrs as unknown as Attrs, sources),
    }),
  };
}

/** Columns of dy times the transpose of their matrix, then rows. */
function back(dy: Tensor, [b, h, w, c]: [number, number, number, number], attrs: Attrs, sources: Sources): Tensor {
  const [height, width] = attrs.size;
  const rows = matMul(transposed(h, height, attrs, sources), reshape(dy, [b, height, width * c]));
  return reshape(matMul(transposed(w, width, attrs, sources), reshape(rows, [b * h, width, c])), [b, h, w, c]);
}

/** [1, from, to]: how much of each old pixel is in each new one. */
function transposed(from: number, to: number, attrs: Attrs, sources: Sources): Tensor {
  const { alignCorners, halfPixelCenters } = attrs;
  const ratio = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const values = new Float32Array(from * to);
  for (let i = 0; i < to; i++) {
    const at = ratio * (halfPixelCenters ? i + 0.5 : i);
    for (const [pixel, weight] of sources(at, from, attrs)) values[pixel * to + i]! += weight;
  }
  return tensor3d(values, [1, from, to]);
}
