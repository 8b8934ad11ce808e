import { type Tensor, type Tensor4D, matMul, reshape, tensor2d, tidy, transpose } from "@tensorflow/tfjs-core";
import { sizes } from "../shape.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";
import { type ResizeMethod, resizeMatrix } from "./resize-matrix.ts";

export const resizeOp: Op<
  { x: Tensor4D },
  {
    method: ResizeMethod;
    size: readonly [height: number, width: number];
    /** [height, h] and [width, w] */
    matrices: () => readonly [rows: Float32Array, columns: Float32Array];
  },
  Tensor4D
> = {
  name: "TesseraResize",
  inputs: { x: "required" },
  gradients: [],
};

/**
 * Resizes feature maps or position tables by one of the field's rules: [b, h, w, c] -> [b, height, width, c]. Separable,
 * so two products with small matrices; differentiable. For pictures in uint8 see `@tessera/data`, which equals PIL.
 * Op `resizeOp`, whose kernels may make use of the `matrices`; the gradient is composed.
 */
export function resize(x: Tensor4D, size: readonly [number, number], method: ResizeMethod): Tensor4D {
  const [, h, w] = sizes(x, ["b", "h", "w", "c"], "resize") as [number, number, number, number];
  const matrices = () => [resizeMatrix(method, h, size[0]), resizeMatrix(method, w, size[1])] as const;
  return differentiable(
    { x },
    () => runOp(resizeOp, { x }, { method, size: [...size], matrices }, () => separable(x, ...matrices())),
    [],
    (dy) => ({
      x: () =>
        tidy(() =>
          separable(
            dy as Tensor4D,
            transposed(resizeMatrix(method, h, size[0]), h),
            transposed(resizeMatrix(method, w, size[1]), w),
          ),
        ),
    }),
  );
}

/** Rows and columns times their matrices [out, in], one after the other. */
function separable(x: Tensor4D, rowMatrix: Float32Array, columnMatrix: Float32Array): Tensor4D {
  const [b, h, w, c] = x.shape;
  const height = rowMatrix.length / h;
  const width = columnMatrix.length / w;
  const byRow = transpose(reshape(x, [b, h, w * c]), [1, 0, 2]); // [h, b, w·c]
  const tall: Tensor = matMul(tensor2d(rowMatrix, [height, h]), reshape(byRow, [h, b * w * c]));
  const byColumn = transpose(reshape(tall, [height * b, w, c]), [1, 0, 2]); // [w, height·b, c]
  const wide = matMul(tensor2d(columnMatrix, [width, w]), reshape(byColumn, [w, height * b * c]));
  return transpose(reshape(wide, [width, height, b, c]), [2, 1, 0, 3]);
}

function transposed(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return Float32Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}
