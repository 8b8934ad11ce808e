import { type Tensor, slice_util } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import { type Attrs, type Inputs, type NativeKernel, areFloats, sizeOf } from "./kernel.ts";

/** Shorter pieces are quicker moved value by value than with a call for each. */
const SHORTEST = 16;

function patchify({ image }: Inputs, backend: NativeBackend, attrs: Attrs) {
  const [batch, h, w, c] = image!.shape as [number, number, number, number];
  const [patch, stride, padding] = ["patchSize", "stride", "padding"].map((name) => attrs[name]) as [
    [number, number],
    [number, number],
    [number, number],
  ];
  const grid = (axis: 0 | 1, length: number) =>
    Math.max(0, Math.floor((length + 2 * padding[axis] - patch[axis]) / stride[axis]) + 1);
  const shape = [batch, grid(0, h) * grid(1, w), c * patch[0] * patch[1]];
  const out = backend.allocate(sizeOf(shape));
  const axes = [patch[0], stride[0], padding[0], patch[1], stride[1], padding[1]] as const;
  backend.addon.patchify(batch, h, w, c, ...axes, backend.floats(image!), out);
  return backend.output(shape, out);
}

/** Copies: a view of an array that serves again would change under its reader. */
function slice({ x }: Inputs, backend: NativeBackend, attrs: Attrs) {
  if (!areFloats(x)) return undefined;
  const { shape } = x!;
  const parsed = slice_util.parseSliceParams(x! as Tensor, attrs["begin"] as number[], attrs["size"] as number[]);
  const [begin, size] = parsed as [number[], number[]];
  slice_util.assertParamsValid(x! as Tensor, begin, size);
  // Axes from `whole` on are taken entire, so a run of values goes over them and one axis more.
  let whole = shape.length;
  while (whole > 0 && size[whole - 1] === shape[whole - 1]) whole--;
  const inner = sizeOf(shape.slice(whole));
  const run = whole > 0 ? size[whole - 1]! * inner : inner;
  const count = sizeOf(size);
  if (count > 0 && run < Math.min(count, SHORTEST)) return undefined;
  const out = backend.allocate(count);
  const values = backend.floats(x!);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const outer = size.slice(0, Math.max(0, whole - 1));
  const start = begin.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
  for (let piece = 0; piece * run < count; piece++) {
    let from = start;
    let rest = piece;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      from += (rest % outer[axis]!) * strides[axis]!;
      rest = Math.floor(rest / outer[axis]!);
    }
    out.set(values.subarray(from, from + run), piece * run);
  }
  return backend.output(size, out);
}

function concat(inputs: Inputs, backend: NativeBackend, attrs: Attrs) {
  const parts = Object.values(inputs).filter((part) => sizeOf(part.shape) > 0);
  if (parts.length === 0 || !areFloats(...parts)) return undefined;
  const [first] = parts as [Inputs[string]];
  const axis = ((attrs["axis"] as number) + first.shape.length) % first.shape.length;
  const runs = parts.map((part) => sizeOf(part.shape.slice(axis)));
  if (Math.min(...runs) < SHORTEST) return undefined;
  const count = sizeOf(first.shape.slice(0, axis));
  const total = runs.reduce((sum, run) => sum + run, 0);
  const out = backend.allocate(count * total);
  let offset = 0;
  for (const [i, part] of parts.entries()) {
    const values = backend.floats(part);
    const run = runs[i]!;
    for (let piece = 0; piece < count; piece++)
      out.set(values.subarray(piece * run, (piece + 1) * run), piece * total + offset);
    offset += run;
  }
  const shape = [...first.shape];
  shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return backend.output(shape, out);
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
  TesseraPatchify: patchify,
  Slice: slice,
  Concat: concat,
  Transpose: transpose,
};
