import {
  type DataType,
  type NamedAttrMap,
  type Tensor,
  type TensorInfo,
  backend_util,
  fill,
  getKernel,
  registerKernel,
  unregisterKernel,
  util,
  zeros,
} from "@tensorflow/tfjs-core";

/** What reductions begin with. */
const neutral = { Sum: 0, Prod: 1, Max: -Infinity, Min: Infinity, Mean: Number.NaN };

let mended = false;

/**
 * Gives tensors without values, those of an empty batch, the answers that they have on other backends: tfjs-backend-wasm divides
 * by zero when it transposes one, and reduces one to what was in memory. Once.
 */
export function mendEmptyTensors(): void {
  if (mended) return;
  mended = true;
  ofNothing("Transpose", (x, { perm }) => {
    return zeros(
      (perm as number[]).map((axis) => x.shape[axis]!),
      x.dtype as "float32",
    );
  });
  for (const [kernel, value] of Object.entries(neutral)) {
    ofNothing(kernel, (x, { axis, reductionIndices, keepDims }) => {
      const axes = util.parseAxisParam((axis ?? reductionIndices) as number | number[], x.shape);
      const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
      return fill(
        keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape,
        value,
        x.dtype as Exclude<DataType, "string" | "complex64">,
      );
    });
  }
}

function ofNothing(kernelName: string, answer: (x: TensorInfo, attrs: NamedAttrMap) => Tensor): void {
  const config = getKernel(kernelName, "wasm");
  if (!config) return;
  unregisterKernel(kernelName, "wasm");
  registerKernel({
    ...config,
    kernelFunc: (call) => {
      const x = call.inputs["x"] as TensorInfo;
      return util.sizeFromShape(x.shape) === 0 ? answer(x, call.attrs ?? {}) : config.kernelFunc(call);
    },
  });
}
