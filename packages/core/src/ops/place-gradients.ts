import {
  type GradConfig,
  type Tensor,
  add,
  batchToSpaceND,
  cumsum,
  gatherND,
  range,
  reshape,
  reverse,
  scatterND,
  spaceToBatchND,
  transpose,
  zeros,
} from "@tensorflow/tfjs-core";
import { sizeOf } from "../shape.ts";

/** What the kernels below are called with. */
interface Attrs {
  axis: number;
  batchDims: number;
  dims: number | number[];
  exclusive: boolean;
  reverse: boolean;
  blockShape: number[];
  paddings: number[][];
  crops: number[][];
}

/** Kernels that take values by their places. */
export const placeGradients: readonly GradConfig[] = [
  {
    kernelName: "GatherV2",
    inputsToSave: ["x", "indices"],
    gradFunc: (dy, [x, indices], attrs) => ({
      x: () => ungather(dy as Tensor, x!.shape, indices!, attrs as unknown as Attrs),
      indices: () => zeros(indices!.shape),
    }),
  },
  {
    kernelName: "GatherNd",
    inputsToSave: ["params", "indices"],
    gradFunc: (dy, [params, indices]) => ({ params: () => scatterND(indices!, dy as Tensor, params!.shape) }),
  },
  {
    kernelName: "ScatterNd",
    inputsToSave: ["indices"],
    gradFunc: (dy, [indices]) => ({ updates: () => gatherND(dy as Tensor, indices!) }),
  },
  moving("Reverse", (dy, { dims }) => reverse(dy, dims)),
  moving("Cumsum", (dy, attrs) => cumsum(dy, attrs.axis, attrs.exclusive, !attrs.reverse)),
  moving("SpaceToBatchND", (dy, { blockShape, paddings }) => batchToSpaceND(dy, blockShape, paddings)),
  moving("BatchToSpaceND", (dy, { blockShape, crops }) => spaceToBatchND(dy, blockShape, crops)),
];

function moving(kernelName: string, back: (dy: Tensor, attrs: Attrs) => Tensor): GradConfig {
  return { kernelName, gradFunc: (dy, _, attrs) => ({ x: () => back(dy as Tensor, attrs as unknown as Attrs) }) };
}

/**
 * Adds up what was taken from each place: dy [batch…, outer…, indices…, inner…] -> x [batch…, outer…, length, inner…]. By
 * `scatterND`, since the wasm backend lacks UnsortedSegmentSum.
 */
function ungather(dy: Tensor, shape: number[], indices: Tensor, { axis, batchDims }: Attrs): Tensor {
  const along = axis < 0 ? axis + shape.length : axis;
  const samples = batchDims ?? 0;
  const batch = sizeOf(shape.slice(0, samples));
  const outer = sizeOf(shape.slice(samples, along));
  const length = shape[along]!;
  const inner = sizeOf(shape.slice(along + 1));
  const count = sizeOf(indices.shape.slice(samples));
  const rows = reshape(transpose(reshape(dy, [batch, outer, count, inner]), [0, 2, 1, 3]), [
    batch * count,
    outer * inner,
  ]);
  // A place of its own for each sample.
  const starts = reshape(range(0, batch * length, length, "int32"), [batch, 1]);
  const places = reshape(add(reshape(indices, [batch, count]), starts), [batch * count, 1]);
  const sums = scatterND(places, rows, [batch * length, outer * inner]);
  return reshape(transpose(reshape(sums, [batch, length, outer, inner]), [0, 2, 1, 3]), shape);
}
