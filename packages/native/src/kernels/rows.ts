import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { layerNormGradOp, layerNormOp, softmaxCrossEntropyGradOp, softmaxCrossEntropyOp } from "@tessera/core";
import type { NativeBackend } from "../backend.ts";
import { type Attrs, type Inputs, type NativeKernel, type OpFunction, areFloats, rowsOf, sizeOf } from "./kernel.ts";

export const layerNorm: OpFunction<typeof layerNormOp> = ({ x, gamma, beta }, backend, { epsilon }) => {
  const [rows, width] = rowsOf(x!.shape);
  const y = backend.allocate(rows * width);
  const vectors = [backend.floats(gamma), backend.floats(beta)] as const;
  backend.addon.layerNorm(rows, width, epsilon, backend.floats(x), ...vectors, y);
  return backend.output([...x.shape], y);
};

export const layerNormGrad: OpFunction<typeof layerNormGradOp> = ({ dy, x, gamma }, backend, { epsilon }) => {
  const [rows, width] = rowsOf(x!.shape);
  const [dx, dgamma, dbeta] = [backend.allocate(rows * width), backend.allocate(width), backend.allocate(width)];
  backend.addon.layerNormGrad(
    rows,
    width,
    epsilon,
    backend.floats(dy),
    backend.floats(x),
    backend.floats(gamma),
    dx,
    dgamma,
    dbeta,
  );
  return [backend.output([...x.shape], dx), backend.output([width], dgamma), backend.output([width], dbeta)];
};

function softmax({ logits }: Inputs, backend: NativeBackend, { dim }: Attrs) {
  if (!areFloats(logits) || dim !== logits!.shape.length - 1) return undefined;
  const [rows, width] = rowsOf(logits!.shape);
  const y = backend.allocate(rows * width);
  backend.addon.softmax(rows, width, backend.floats(logits!), y);
  return backend.output([...logits!.shape], y);
}

export const softmaxCrossEntropy: OpFunction<typeof softmaxCrossEntropyOp> = ({ logits, target }, backend) => {
  const [rows, width] = logits.shape;
  const out = backend.allocate(rows);
  backend.addon.softmaxCrossEntropy(rows, width, backend.floats(logits), backend.floats(target), out);
  return backend.output([rows], out);
};

export const softmaxCrossEntropyGrad: OpFunction<typeof softmaxCrossEntropyGradOp> = (inputs, backend) => {
  const [rows, width] = inputs.logits.shape;
  const out = backend.allocate(rows * width);
  const values = [backend.floats(inputs.dy), backend.floats(inputs.logits), backend.floats(inputs.target)] as const;
  backend.addon.softmaxCrossEntropyGrad(rows, width, ...values, out);
  return backend.output([rows, width], out);
};

/** What is left of a shape when axes that lie beside each other go, and how many values lie before, in and after them. */
function reduced(shape: readonly number[], { axis, keepDims }: Attrs) {
  const axes = util.parseAxisParam(axis as number[], shape as number[]).sort((a, b) => a - b);
  const [first = 0] = axes;
  if (sizeOf(shape) === 0 || axes.some((found, i) => found !== first + i)) return undefined;
  const kept = shape.flatMap((length, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [length]));
  const length = (from: number, to?: number) => sizeOf(shape.slice(from, to));
  const end = first + axes.length;
  return { kept, before: length(0, first), within: length(first, end), after: length(end) };
}

/** Sums over axes beside each other; over others tfjs-backend-cpu does. */
function sum({ x }: Inputs, backend: NativeBackend, attrs: Attrs): TensorInfo | undefined {
  const sizes = areFloats(x) && reduced(x!.shape, attrs);
  if (!sizes) return undefined;
  const { before, within, after, kept } = sizes;
  const out = backend.allocate(before * after);
  if (after === 1) backend.addon.sumColumns(before, within, backend.floats(x!), out);
  else backend.addon.sumRows(before, within, after, backend.floats(x!), out);
  return backend.output(kept, out);
}

/** Over the last axes; over others tfjs-backend-cpu does. */
function max({ x }: Inputs, backend: NativeBackend, { reductionIndices, keepDims }: Attrs): TensorInfo | undefined {
  const sizes = areFloats(x) && reduced(x!.shape, { axis: reductionIndices, keepDims });
  if (!sizes || sizes.after !== 1) return undefined;
  const out = backend.allocate(sizes.before);
  backend.addon.maxColumns(sizes.before, sizes.within, backend.floats(x!), out);
  return backend.output(sizes.kept, out);
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
  Softmax: softmax,
  Sum: sum,
  Max: max,
  Mean: mean,
};
