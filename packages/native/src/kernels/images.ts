import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import { type Attrs, type Inputs, type NativeKernel, sizeOf } from "./kernel.ts";

type Pair = [rows: number, columns: number];

/** Patch, stride and padding of rows, then of columns. */
function axesOf(attrs: Attrs) {
  const [patch, stride, padding] = ["patchSize", "stride", "padding"].map((name) => attrs[name]) as [Pair, Pair, Pair];
  return [patch[0], stride[0], padding[0], patch[1], stride[1], padding[1]] as const;
}

function patchify({ image }: Inputs, backend: NativeBackend, attrs: Attrs) {
  const [batch, h, w, c] = image!.shape as [number, number, number, number];
  const axes = axesOf(attrs);
  const grid = (length: number, patch: number, stride: number, padding: number) =>
    Math.max(0, Math.floor((length + 2 * padding - patch) / stride) + 1);
  const shape = [batch, grid(h, axes[0], axes[1], axes[2]) * grid(w, axes[3], axes[4], axes[5]), c * axes[0] * axes[3]];
  const out = backend.allocate(sizeOf(shape));
  backend.addon.patchify(batch, h, w, c, ...axes, backend.floats(image!), out);
  return backend.output(shape, out);
}

function patchifyGrad({ dy }: Inputs, backend: NativeBackend, attrs: Attrs) {
  const [batch, , width] = dy!.shape as [number, number, number];
  const [h, w] = attrs["imageSize"] as Pair;
  const axes = axesOf(attrs);
  const c = width / (axes[0] * axes[3]);
  const image = backend.allocate(batch * h * w * c);
  backend.addon.patchifyGrad(batch, h, w, c, ...axes, backend.floats(dy!), image);
  return backend.output([batch, h, w, c], image);
}

/** Rows times their matrix [height, h], columns times theirs [width, w]. */
function resize({ x }: Inputs, backend: NativeBackend, attrs: Attrs): TensorInfo {
  const [batch, h, w, c] = x!.shape as [number, number, number, number];
  const [height, width] = attrs["size"] as Pair;
  const [rows, columns] = (attrs["matrices"] as () => [Float32Array, Float32Array])();
  const tall = backend.output([batch, height, w, c], backend.allocate(batch * height * w * c));
  const out = backend.allocate(batch * height * width * c);
  const between = backend.floats(tall);
  backend.addon.matmul(batch, height, w * c, h, false, false, true, false, rows, backend.floats(x!), between);
  backend.addon.matmul(batch * height, width, c, w, false, false, true, false, columns, between, out);
  backend.disposeData(tall.dataId);
  return backend.output([batch, height, width, c], out);
}

export const imageKernels: Record<string, NativeKernel> = {
  TesseraPatchify: patchify,
  TesseraPatchifyGrad: patchifyGrad,
  TesseraResize: resize,
};
