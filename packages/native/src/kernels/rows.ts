import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import { type Attrs, type Inputs, type NativeKernel, areFloats, rowsOf, sizeOf } from "./kernel.ts";

function layerNorm({ x, gamma, beta }: Inputs, backend: NativeBackend, { epsilon }: Attrs) {
  const [rows, width] = rowsOf(x!.shape);
  const y = backend.allocate(rows * width);
  const vectors = [backend.floats(gamma!), backend.floats(beta!)] as const;
  backend.addon.layerNorm(rows, width, epsilon as number, backend.floats(x!), ...vectors, y);
  return backend.output([...x!.shape], y);
}

function layerNormGrad({ dy, x, gamma }: Inputs, backend: NativeBackend, { epsilon }: Attrs) {
  const [rows, width] = rowsOf(x!.shape);
  const [dx, dgamma, dbeta] = [backend.allocate(rows * width), backend.allocate(width), backend.allocate(width)];
  backend.addon.layerNormGrad(
    rows,
    width,
    epsilon as number,
    backend.floats(dy!),
    backend.floats(x!),
    backend.floats(gamma!),
    dx,
    dgamma,
    dbeta,
  );
  return [backend.output([...x!.shape], dx), backend.output([width], dgamma), backend.output([width], dbeta)];
}

function softmax({ logits }: Inputs, backend: NativeBackend, { dim }: Attrs) {
  if (!areFloats(logits) || dim !== logits!.shape.length - 1) return undefined;
  const [rows, width] = rowsOf(logits!.shape);
  const y = backend.allocate(rows * width);
  backend.addon.softmax(rows, width, backend.floats(logits!), y);
  return backend.output([...logits!.shape], y);
}

/** Sums over the first or the last axes; over others tfjs-backend-cpu does. */
function sum({ x }: Inputs, backend: NativeBackend, attrs: Attrs): TensorInfo | undefined {
  if (!areFloats(x)) return undefined;
  const { shape } = x!;
  const axes = util.parseAxisParam(attrs["axis"] as number[], shape).sort((a, b) => a - b);
  const kept = shape.flatMap((length, axis) => (axes.includes(axis) ? (attrs["keepDims"] ? [1] : []) : [length]));
  const size = sizeOf(shape);
  const others = sizeOf(shape.filter((_, axis) => !axes.includes(axis)));
  const summed = sizeOf(axes.map((axis) => shape[axis]!));
  const areLast = axes.every((axis, i) => axis === shape.length - axes.length + i);
  const areFirst = axes.every((axis, i) => axis === i);
  if (size === 0 || !(areLast || areFirst)) return undefined;
  const out = backend.allocate(others);
  if (areLast) backend.addon.sumColumns(others, summed, backend.floats(x!), out);
  else backend.addon.sumRows(summed, others, backend.floats(x!), out);
  return backend.output(kept, out);
}

function mean(inputs: Inputs, backend: NativeBackend, attrs: Attrs) {
  const total = sum(inputs, backend, attrs);
  if (!total) return undefined;
  const values = backend.floats(total);
  const share = Float32Array.of(values.length / sizeOf(inputs["x"]!.shape));
  const { length } = values;
  // In place: nobody has seen the sum yet.
  backend.addon.binary(2, 1, length, 1, 0, 0, 0, values, share, values);
  return total;
}

export const rowKernels: Record<string, NativeKernel> = {
  TesseraLayerNorm: layerNorm,
  TesseraLayerNormGrad: layerNormGrad,
  Softmax: softmax,
  Sum: sum,
  Mean: mean,
};
