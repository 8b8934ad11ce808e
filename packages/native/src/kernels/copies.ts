import { type Tensor, backend_util, util } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import { type Attrs, type Inputs, type NativeKernel, areFloats, sizeOf } from "./kernel.ts";

/** @throws {TypeError} if an index lies outside of the axis. */
function gather({ x, indices }: Inputs, backend: NativeBackend, { axis, batchDims }: Attrs) {
  if (!areFloats(x) || indices!.dtype !== "int32") return undefined;
  const [along] = util.parseAxisParam(axis as number, x!.shape) as [number];
  const { collectGatherOpShapeInfo } = backend_util.segment_util;
  const info = collectGatherOpShapeInfo(x! as Tensor, indices! as Tensor, along, (batchDims as number | null) ?? 0);
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
  const count = batchSize === 0 ? 0 : sizeOf(indices!.shape) / batchSize;
  const out = backend.allocate(sizeOf(outputShape));
  const values = Int32Array.from(backend.valuesOf(indices!));
  backend.addon.gather(batchSize, outerSize, dimSize, sliceSize, count, backend.floats(x!), values, out);
  return backend.output(outputShape, out);
}

/** Along one axis, gathered backwards; along several tfjs-backend-cpu does. */
function reverse({ x }: Inputs, backend: NativeBackend, { dims }: Attrs) {
  if (!areFloats(x)) return undefined;
  const { shape } = x!;
  const [along, ...more] = util.parseAxisParam(dims as number[], shape);
  if (along === undefined || more.length > 0) return undefined;
  const length = shape[along]!;
  const [outer, inner] = [sizeOf(shape.slice(0, along)), sizeOf(shape.slice(along + 1))];
  const backwards = Int32Array.from({ length }, (_, i) => length - 1 - i);
  const out = backend.allocate(sizeOf(shape));
  backend.addon.gather(1, outer, length, inner, length, backend.floats(x!), backwards, out);
  return backend.output([...shape], out);
}

/** Along one axis; along several tfjs-backend-cpu does. */
function tile({ x }: Inputs, backend: NativeBackend, attrs: Attrs) {
  if (!areFloats(x)) return undefined;
  const reps = attrs["reps"] as number[];
  const along = reps.findIndex((times) => times !== 1);
  if (along < 0 || reps.some((times, axis) => times !== 1 && axis !== along)) return undefined;
  const { shape } = x!;
  const times = reps[along]!;
  const [outer, run] = [sizeOf(shape.slice(0, along)), sizeOf(shape.slice(along))];
  const out = backend.allocate(outer * times * run);
  const values = backend.floats(x!);
  if (outer < times) {
    for (let i = 0; i < outer; i++) backend.addon.copyRuns(times, run, i * run, 0, i * times * run, run, values, out);
  } else {
    for (let i = 0; i < times; i++) backend.addon.copyRuns(outer, run, 0, run, i * run, times * run, values, out);
  }
  return backend.output(
    shape.map((length, axis) => length * reps[axis]!),
    out,
  );
}

export const copyKernels: Record<string, NativeKernel> = {
  GatherV2: gather,
  Reverse: reverse,
  Tile: tile,
};
