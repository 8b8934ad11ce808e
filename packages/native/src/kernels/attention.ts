import type { Tensor3D, TensorInfo } from "@tensorflow/tfjs-core";
import type {
  AttentionAttrs,
  Placed,
  attentionGradOp,
  attentionOp,
  queryKeyAttentionOp,
  selfAttentionGradOp,
  selfAttentionOp,
} from "@tessera/core";
import type { AttentionArguments } from "../addon.ts";
import type { NativeBackend } from "../backend.ts";
import { formats } from "../numbers.ts";
import { type OpFunction, optional, sizeOf } from "./kernel.ts";

interface Sizes {
  batch: number;
  queries: number;
  keys: number;
  /** Width of all heads together. */
  row: number;
}

interface BiasAndMask {
  bias?: Placed<Tensor3D>;
  mask?: Placed<Tensor3D>;
}

/** The arguments that every form begins with. */
function start(
  { bias, mask }: BiasAndMask,
  backend: NativeBackend,
  { heads, scale }: AttentionAttrs,
  { batch, queries, keys, row }: Sizes,
): AttentionArguments {
  return [
    batch,
    queries,
    keys,
    heads,
    row / heads,
    scale,
    bias ? bias.shape[0] : 0,
    mask ? mask.shape[0] : 0,
    mask ? mask.shape[1] : 0,
    formats[backend.precision],
    optional(backend, bias),
    mask ? maskBytes(backend, mask) : undefined,
  ];
}

/** Bool tensors are bytes already; other types say where they are not 0. */
function maskBytes(backend: NativeBackend, mask: TensorInfo): Uint8Array {
  const values = backend.valuesOf(mask);
  return values instanceof Uint8Array ? values : Uint8Array.from(values, (value) => (value ? 1 : 0));
}

function apart(q: Placed<Tensor3D>, k: Placed<Tensor3D>): Sizes {
  const [batch, queries, row] = q.shape;
  return { batch, queries, keys: k.shape[1], row };
}

function packed(qkv: Placed<Tensor3D>): Sizes {
  const [batch, queries, width] = qkv.shape;
  return { batch, queries, keys: queries, row: width / 3 };
}

export const attention: OpFunction<typeof attentionOp> = (inputs, backend, attrs) => {
  const { q, k, v } = inputs;
  const out = backend.allocate(sizeOf(q.shape));
  const sizes = start(inputs, backend, attrs, apart(q, k));
  backend.addon.attention(...sizes, backend.floats(q), backend.floats(k), backend.floats(v), out);
  return backend.output([...q.shape], out);
};

export const selfAttention: OpFunction<typeof selfAttentionOp> = (inputs, backend, attrs) => {
  const { qkv } = inputs;
  const sizes = packed(qkv);
  const out = backend.allocate(sizes.batch * sizes.queries * sizes.row);
  backend.addon.selfAttention(...start(inputs, backend, attrs, sizes), backend.floats(qkv), out);
  return backend.output([sizes.batch, sizes.queries, sizes.row], out);
};

export const queryKeyAttention: OpFunction<typeof queryKeyAttentionOp> = ({ qk, v }, backend, attrs) => {
  const [batch, queries, row] = v.shape;
  const out = backend.allocate(sizeOf(v.shape));
  const sizes = start({}, backend, attrs, { batch, queries, keys: queries, row });
  backend.addon.queryKeyAttention(...sizes, backend.floats(qk), backend.floats(v), out);
  return backend.output([batch, queries, row], out);
};

/** Room for the gradient of a bias, one for each head, and the tensor it becomes. */
function biasGradient(backend: NativeBackend, bias: Placed<Tensor3D> | undefined, { heads }: AttentionAttrs) {
  if (!bias) return { room: undefined, result: () => [] };
  const [given, n, m] = bias.shape;
  const room = backend.allocate(heads * n * m);
  function result(): TensorInfo[] {
    if (given === heads) return [backend.output([heads, n, m], room!)];
    // One bias for all heads: its gradient is their sum.
    const sum = backend.allocate(n * m);
    backend.addon.sumRows(1, heads, n * m, room!, sum);
    return [backend.output([1, n, m], sum)];
  }
  return { room, result };
}

export const attentionGrad: OpFunction<typeof attentionGradOp> = (inputs, backend, attrs) => {
  const { dy, q, k, v } = inputs;
  const room = (tensor: TensorInfo) => backend.allocate(sizeOf(tensor.shape));
  const [dq, dk, dv] = [room(q), room(k), room(v)];
  const bias = biasGradient(backend, inputs.bias, attrs);
  backend.addon.attentionGrad(
    ...start(inputs, backend, attrs, apart(q, k)),
    backend.floats(dy),
    backend.floats(q),
    backend.floats(k),
    backend.floats(v),
    dq,
    dk,
    dv,
    bias.room,
  );
  return [
    backend.output([...q.shape], dq),
    backend.output([...k.shape], dk),
    backend.output([...v.shape], dv),
    ...bias.result(),
  ];
};

export const selfAttentionGrad: OpFunction<typeof selfAttentionGradOp> = (inputs, backend, attrs) => {
  const { dy, qkv } = inputs;
  const dqkv = backend.allocate(sizeOf(qkv.shape));
  const bias = biasGradient(backend, inputs.bias, attrs);
  backend.addon.selfAttentionGrad(
    ...start(inputs, backend, attrs, packed(qkv)),
    backend.floats(dy),
    backend.floats(qkv),
    dqkv,
    bias.room,
  );
  return [backend.output([...qkv.shape], dqkv), ...bias.result()];
};
