import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { linearOp } from "@tessera/core";
import { halfOf, packedHalves } from "../program/half.ts";
import type { Kernel } from "../kernel.ts";
import { dispatch, emptyTensor } from "../program/program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { FEW_ROWS, fewRowsGroups, fewRowsProgram } from "./few-rows.ts";
import { type ProductForm, type ProductShape, epilogueInputs, productGroups, productProgram } from "./product.ts";

/** residual + scale · act(x Wᵀ + b): one dispatch. */
export const linear: Kernel<typeof linearOp> = {
  run(backend, { x, weight, bias, scale, residual }, { activation }) {
    const [columns, depth] = weight.shape;
    const rows = util.sizeFromShape(x.shape) / depth;
    const shape = { rows, columns, depth };
    const y = emptyTensor(backend, [...x.shape.slice(0, -1), columns]);
    if (rows * columns === 0) return y;
    const epilogue = { bias: !!bias, activation, scale: !!scale, residual: !!residual };
    const half = halfOf(backend.device);
    const packed = half !== "off" && depth % 4 === 0;
    const few = rows <= FEW_ROWS;
    const form: ProductForm = { a: "k", b: "k", packed, epilogue, half };
    const extra = { bias, scale, residual };
    dispatch(backend, few ? fewRowsProgram(shape, form) : productProgram(shape, form), {
      inputs: [
        x,
        packed ? packedHalves(backend, weight) : weight,
        ...epilogueInputs(epilogue).map((name) => extra[name]!),
      ],
      outputs: [y],
      params: [rows, columns, depth],
      groups: few ? fewRowsGroups(shape) : productGroups(shape),
    });
    return y;
  },
};

/** y [rows, columns] = a b, each operand with one axis contiguous. */
export function product(
  backend: TfjsWebgpu,
  [a, b]: readonly [TensorInfo, TensorInfo],
  shape: ProductShape,
  order: Pick<ProductForm, "a" | "b">,
  outShape: readonly number[],
): TensorInfo {
  const y = emptyTensor(backend, outShape);
  const epilogue = { bias: false, activation: "none", scale: false, residual: false } as const;
  dispatch(backend, productProgram(shape, { ...order, packed: false, epilogue, half: halfOf(backend.device) }), {
    inputs: [a, b],
    outputs: [y],
    params: [shape.rows, shape.columns, shape.depth],
    groups: productGroups(shape),
  });
  return y;
}
