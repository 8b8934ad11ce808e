import { backend_util } from "@tensorflow/tfjs-core";
import { binaries, unaries } from "../numbers.ts";
import { type NativeKernel, areFloats, sizeOf } from "./kernel.ts";

/** How the values of two tensors meet: value (r, i) of a lies at r · rowA + i · stepA. */
interface Walk {
  rows: number;
  width: number;
  stepA: number;
  rowA: number;
  stepB: number;
  rowB: number;
}

/** Runs of axes along which the same side, or neither, is repeated; the innermost first. */
function runs(shapeA: readonly number[], shapeB: readonly number[], shape: readonly number[]) {
  const found: { length: number; a: boolean; b: boolean }[] = [];
  for (let axis = 1; axis <= shape.length; axis++) {
    const length = shape[shape.length - axis]!;
    if (length === 1) continue;
    const a = (shapeA[shapeA.length - axis] ?? 1) !== 1;
    const b = (shapeB[shapeB.length - axis] ?? 1) !== 1;
    const last = found.at(-1);
    if (last?.a === a && last.b === b) last.length *= length;
    else found.push({ length, a, b });
  }
  return found;
}

/** A walk of at most two levels, which is what models need; undefined where it takes more. */
function walk(shapeA: readonly number[], shapeB: readonly number[], shape: readonly number[]): Walk | undefined {
  const [inner = { length: 1, a: true, b: true }, outer, ...more] = runs(shapeA, shapeB, shape);
  if (more.length > 0) return undefined;
  const { length: width } = inner;
  return {
    rows: outer?.length ?? 1,
    width,
    stepA: inner.a ? 1 : 0,
    rowA: outer?.a ? (inner.a ? width : 1) : 0,
    stepB: inner.b ? 1 : 0,
    rowB: outer?.b ? (inner.b ? width : 1) : 0,
  };
}

function binary(op: number): NativeKernel {
  return ({ a, b }, backend) => {
    if (!areFloats(a, b)) return undefined;
    const shape = backend_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const found = walk(a!.shape, b!.shape, shape);
    if (!found) return undefined;
    const { rows, width, stepA, rowA, stepB, rowB } = found;
    const out = backend.allocate(sizeOf(shape));
    if (out.length > 0)
      backend.addon.binary(op, rows, width, stepA, rowA, stepB, rowB, backend.floats(a!), backend.floats(b!), out);
    return backend.output(shape, out);
  };
}

function unary(op: number): NativeKernel {
  return ({ x }, backend) => {
    if (!areFloats(x)) return undefined;
    const out = backend.allocate(sizeOf(x!.shape));
    backend.addon.unary(op, out.length, backend.floats(x!), out);
    return backend.output([...x!.shape], out);
  };
}

export const elementwiseKernels: Record<string, NativeKernel> = {
  Add: binary(binaries.add),
  Sub: binary(binaries.sub),
  Multiply: binary(binaries.mul),
  RealDiv: binary(binaries.div),
  SquaredDifference: binary(binaries.squared_difference),
  Neg: unary(unaries.neg),
  Square: unary(unaries.square),
  Sqrt: unary(unaries.sqrt),
  Rsqrt: unary(unaries.rsqrt),
  Exp: unary(unaries.exp),
  Relu: unary(unaries.relu),
  Reciprocal: unary(unaries.reciprocal),
  Abs: unary(unaries.abs),
  Tanh: unary(unaries.tanh),
};
