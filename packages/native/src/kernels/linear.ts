import type { activationGradOp, activationOp, linearGradOp, linearOp } from "@tessera/core";
import { type NativeKernel, type OpFunction, areFloats, optional, rowsOf, sizeOf } from "./kernel.ts";
import { activationNumber } from "./activations.ts";

export const linear: OpFunction<typeof linearOp> = ({ x, weight, bias, scale, residual }, backend, { activation }) => {
  const [out, width] = weight.shape;
  const [rows] = rowsOf(x.shape);
  const shape = [...x.shape.slice(0, -1), out];
  // An activated layer stands before another that rounds its input in any case (an MLP), if anything.
  const hidden = activation !== "none" && !scale && !residual;
  const blocks = hidden ? backend.allocateBlocks(rows, out) : undefined;
  const y = blocks?.values ?? backend.allocate(rows * out);
  backend.addon.linear(
    rows,
    out,
    width,
    activationNumber(activation),
    backend.rows(x, rows, width),
    backend.packed(weight, out, width),
    optional(backend, bias),
    optional(backend, scale),
    optional(backend, residual),
    y,
  );
  return blocks ? backend.outputBlocks(shape, blocks) : backend.output(shape, y as Float32Array);
};

export const linearGrad: OpFunction<typeof linearGradOp> = ({ dy, x, weight }, backend, { wanted }) => {
  const [out, width] = weight.shape;
  const [rows] = rowsOf(x.shape);
  const { addon } = backend;
  const slopes = backend.floats(dy);
  switch (wanted) {
    case "x": {
      const dx = backend.allocate(rows * width);
      addon.matmul(1, rows, width, out, false, false, false, false, slopes, backend.floats(weight), dx);
      return backend.output([...x.shape], dx);
    }
    case "weight": {
      const dweight = backend.allocate(out * width);
      addon.matmul(1, out, width, rows, true, false, false, false, slopes, backend.floats(x), dweight);
      return backend.output([out, width], dweight);
    }
    default: {
      const dbias = backend.allocate(out);
      addon.sumRows(1, rows, out, slopes, dbias);
      return backend.output([out], dbias);
    }
  }
};

/** Batched, with either side transposed; a batch of one is repeated. Other broadcasts are tfjs-backend-cpu's. */
const batchMatMul: NativeKernel = ({ a, b }, backend, { transposeA, transposeB }) => {
  if (!areFloats(a, b)) return undefined;
  const [batchesA, batchesB] = [a!.shape.slice(0, -2), b!.shape.slice(0, -2)];
  const [countA, countB] = [sizeOf(batchesA), sizeOf(batchesB)];
  if (batchesA.join() !== batchesB.join() && countA !== 1 && countB !== 1) return undefined;
  const [rowsA, columnsA] = a!.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b!.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [inner, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (inner !== k) return undefined;
  const batch = countA === 1 ? countB : countA;
  const out = backend.allocate(batch * m * n);
  backend.addon.matmul(
    batch,
    m,
    n,
    k,
    Boolean(transposeA),
    Boolean(transposeB),
    countA === 1,
    countB === 1,
    backend.floats(a!),
    backend.floats(b!),
    out,
  );
  const batches = countA === 1 && (countB !== 1 || batchesB.length > batchesA.length) ? batchesB : batchesA;
  return backend.output([...batches, m, n], out);
};

export const activate: OpFunction<typeof activationOp> = ({ x }, backend, { activation }) => {
  const y = backend.allocate(sizeOf(x.shape));
  backend.addon.activate(y.length, activationNumber(activation), backend.floats(x), y);
  return backend.output([...x.shape], y);
};

export const activateGrad: OpFunction<typeof activationGradOp> = ({ dy, x }, backend, { activation }) => {
  const dx = backend.allocate(sizeOf(x.shape));
  backend.addon.activateGrad(dx.length, activationNumber(activation), backend.floats(dy), backend.floats(x), dx);
  return backend.output([...x.shape], dx);
};

export const productKernels: Record<string, NativeKernel> = { BatchMatMul: batchMatMul };
