import { type Tensor, backend_util, slice_util, util } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import { type Attrs, type Inputs, type NativeKernel, areFloats, sizeOf } from "./kernel.ts";

/** Copies: a view of an array that serves again would change under its reader. */
function slice({ x }: Inputs, backend: NativeBackend, attrs: Attrs) {
  if (!areFloats(x)) return undefined;
  const parsed = slice_util.parseSliceParams(x! as Tensor, attrs["begin"] as number[], attrs["size"] as number[]);
  const [begin, size] = parsed as [number[], number[]];
  slice_util.assertParamsValid(x! as Tensor, begin, size);
  const out = backend.allocate(sizeOf(size));
  copyBlock(backend, size, backend.floats(x!), x!.shape, begin, out, size, noOffset(size));
  return backend.output(size, out);
}

function split({ x }: Inputs, backend: NativeBackend, attrs: Attrs) {
  if (!areFloats(x)) return undefined;
  const [axis] = util.parseAxisParam(attrs["axis"] as number, x!.shape) as [number];
  const lengths = backend_util.prepareSplitSize(x! as Tensor, attrs["numOrSizeSplits"] as number[], axis);
  const begin = noOffset(x!.shape);
  return lengths.map((length) => {
    const size = x!.shape.map((whole, i) => (i === axis ? length : whole));
    const out = backend.allocate(sizeOf(size));
    copyBlock(backend, size, backend.floats(x!), x!.shape, begin, out, size, noOffset(size));
    begin[axis]! += length;
    return backend.output(size, out);
  });
}

/** @throws {Error} if the parts differ along another axis. */
function concat(inputs: Inputs, backend: NativeBackend, attrs: Attrs) {
  const all = Object.values(inputs);
  const shapes = all.map((part) => part.shape);
  if (all.length === 0 || !areFloats(...all)) return undefined;
  const [axis] = util.parseAxisParam(attrs["axis"] as number, shapes[0]!) as [number];
  backend_util.assertParamsConsistent(shapes, axis);
  const shape = backend_util.computeOutShape(shapes, axis);
  const parts = all.filter((part) => sizeOf(part.shape) > 0);
  const out = backend.allocate(sizeOf(shape));
  const at = noOffset(shape);
  for (const part of parts) {
    copyBlock(backend, part.shape, backend.floats(part), part.shape, noOffset(shape), out, shape, at);
    at[axis]! += part.shape[axis]!;
  }
  return backend.output(shape, out);
}

function pad({ x }: Inputs, backend: NativeBackend, attrs: Attrs) {
  if (!areFloats(x)) return undefined;
  const paddings = attrs["paddings"] as [number, number][];
  const shape = x!.shape.map((length, axis) => length + paddings[axis]![0] + paddings[axis]![1]);
  const out = filled(backend, sizeOf(shape), attrs["constantValue"] as number);
  const at = paddings.map(([before]) => before);
  copyBlock(backend, x!.shape, backend.floats(x!), x!.shape, noOffset(shape), out, shape, at);
  return backend.output(shape, out);
}

/** By the addon: what JavaScript writes into an array is not repeated when a forward is. */
function filled(backend: NativeBackend, length: number, value: number): Float32Array {
  const out = backend.allocate(length);
  if (length > 0) backend.addon.binary(2, 1, length, 0, 0, 0, 0, Float32Array.of(value), Float32Array.of(1), out);
  return out;
}

const noOffset = (shape: readonly number[]): number[] => shape.map(() => 0);

/** Copies a block of `size` from one array, where it begins at `begin`, to another, where it begins at `at`. */
function copyBlock(
  { addon }: NativeBackend,
  size: readonly number[],
  x: Float32Array,
  shapeX: readonly number[],
  begin: readonly number[],
  out: Float32Array,
  shapeOut: readonly number[],
  at: readonly number[],
): void {
  // The innermost axes that are whole on both sides, and one more, make a run; the next axis repeats it; loops do the rest.
  let last = size.length - 1;
  while (last > 0 && size[last] === shapeX[last] && size[last] === shapeOut[last]) last--;
  const run = sizeOf(size.slice(Math.max(0, last)));
  const pieces = last > 0 ? size[last - 1]! : 1;
  const stride = (shape: readonly number[], axis: number) => sizeOf(shape.slice(axis + 1));
  const start = (shape: readonly number[], from: readonly number[]) =>
    from.reduce((sum, index, axis) => sum + index * stride(shape, axis), 0);
  const outer = size.slice(0, Math.max(0, last - 1));
  const [startX, startOut] = [start(shapeX, begin), start(shapeOut, at)];
  for (let piece = 0; piece < sizeOf(outer); piece++) {
    let [fromX, fromOut, rest] = [startX, startOut, piece];
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      fromX += (rest % outer[axis]!) * stride(shapeX, axis);
      fromOut += (rest % outer[axis]!) * stride(shapeOut, axis);
      rest = Math.floor(rest / outer[axis]!);
    }
    addon.copyRuns(pieces, run, fromX, stride(shapeX, last - 1), fromOut, stride(shapeOut, last - 1), x, out);
  }
}

/** Permutations that swap two runs of axes beside each other, which is what models do; others are tfjs-backend-cpu's. */
function transpose({ x }: Inputs, backend: NativeBackend, { perm }: Attrs) {
  if (!areFloats(x)) return undefined;
  const { shape } = x!;
  const order = perm as number[];
  const first = order.findIndex((axis, i) => axis !== i);
  if (first < 0) return undefined;
  let last = order.length;
  while (order[last - 1] === last - 1) last--;
  const cut = order[first]!;
  const swapped = [...range(0, first), ...range(cut, last), ...range(first, cut), ...range(last, order.length)];
  if (swapped.join() !== order.join()) return undefined;
  const length = (from: number, to: number) => sizeOf(shape.slice(from, to));
  const out = backend.allocate(sizeOf(shape));
  backend.addon.swapAxes(
    length(0, first),
    length(first, cut),
    length(cut, last),
    length(last, shape.length),
    backend.floats(x!),
    out,
  );
  return backend.output(
    order.map((axis) => shape[axis]!),
    out,
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

export const movementKernels: Record<string, NativeKernel> = {
  Slice: slice,
  SplitV: split,
  Concat: concat,
  PadV2: pad,
  Transpose: transpose,
};
