import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import { type Attrs, type Inputs, type NativeKernel, optional, sizeOf } from "./kernel.ts";

interface Sizes {
  batch: number;
  queries: number;
  keys: number;
  /** Width of all heads together. */
  row: number;
}

/** The arguments that every form begins with. */
function start({ bias, mask }: Inputs, backend: NativeBackend, attrs: Attrs, { batch, queries, keys, row }: Sizes) {
  const heads = attrs["heads"] as number;
  return [
    batch,
    queries,
    keys,
    heads,
    row / heads,
    attrs["scale"] as number,
    bias ? bias.shape[0]! : 0,
    mask ? mask.shape[0]! : 0,
    mask ? mask.shape[1]! : 0,
    backend.precision === "bf16",
    optional(backend, bias),
    mask ? maskBytes(backend, mask) : undefined,
  ] as const;
}

/** Bool tensors are bytes already; other types say where they are not 0. */
function maskBytes(backend: NativeBackend, mask: TensorInfo): Uint8Array {
  const values = backend.valuesOf(mask);
  return values instanceof Uint8Array ? values : Uint8Array.from(values, (value) => (value ? 1 : 0));
}

function apart(q: TensorInfo, k: TensorInfo): Sizes {
  const [batch, queries, row] = q.shape as [number, number, number];
  return { batch, queries, keys: k.shape[1]!, row };
}

function packed(qkv: TensorInfo): Sizes {
  const [batch, queries, width] = qkv.shape as [number, number, number];
  return { batch, queries, keys: queries, row: width / 3 };
}

function attention(inputs: Inputs, backend: NativeBackend, attrs: Attrs) {
  const [q, k, v] = [inputs["q"]!, inputs["k"]!, inputs["v"]!];
  const out = backend.allocate(sizeOf(q.shape));
  const sizes = start(inputs, backend, attrs, apart(q, k));
  backend.addon.attention(...sizes, backend.floats(q), backend.floats(k), backend.floats(v), out);
  return backend.output([...q.shape], out);
}

function selfAttention(inputs: Inputs, backend: NativeBackend, attrs: Attrs) {
  const qkv = inputs["qkv"]!;
  const sizes = packed(qkv);
  const out = backend.allocate(sizes.batch * sizes.queries * sizes.row);
  backend.addon.selfAttention(...start(inputs, backend, attrs, sizes), backend.floats(qkv), out);
  return backend.output([sizes.batch, sizes.queries, sizes.row], out);
}

function queryKeyAttention({ qk, v }: Inputs, backend: NativeBackend, attrs: Attrs) {
  const [batch, queries, row] = v!.shape as [number, number, number];
  const out = backend.allocate(sizeOf(v!.shape));
  const sizes = start({}, backend, attrs, { batch, queries, keys: queries, row });
  backend.addon.queryKeyAttention(...sizes, backend.floats(qk!), backend.floats(v!), out);
  return backend.output([batch, queries, row], out);
}

/** Room for the gradient of a bias, one for each head, and the tensor it becomes. */
function biasGradient(backend: NativeBackend, bias: TensorInfo | undefined, attrs: Attrs) {
  if (!bias) return { room: undefined, result: () => [] };
  const heads = attrs["heads"] as number;
  const [given, n, m] = bias.shape as [number, number, number];
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

function attentionGrad(inputs: Inputs, backend: NativeBackend, attrs: Attrs) {
  const [q, k, v] = [inputs["q"]!, inputs["k"]!, inputs["v"]!];
  const grads = [q, k, v].map((tensor) => backend.allocate(sizeOf(tensor.shape))) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const bias = biasGradient(backend, inputs["bias"], attrs);
  backend.addon.attentionGrad(
    ...start(inputs, backend, attrs, apart(q, k)),
    backend.floats(inputs["dy"]!),
    backend.floats(q),
    backend.floats(k),
    backend.floats(v),
    ...grads,
    bias.room,
  );
  return [...[q, k, v].map((tensor, i) => backend.output([...tensor.shape], grads[i]!)), ...bias.result()];
}

function selfAttentionGrad(inputs: Inputs, backend: NativeBackend, attrs: Attrs) {
  const qkv = inputs["qkv"]!;
  const dqkv = backend.allocate(sizeOf(qkv.shape));
  const bias = biasGradient(backend, inputs["bias"], attrs);
  backend.addon.selfAttentionGrad(
    ...start(inputs, backend, attrs, packed(qkv)),
    backend.floats(inputs["dy"]!),
    backend.floats(qkv),
    dqkv,
    bias.room,
  );
  return [backend.output([...qkv.shape], dqkv), ...bias.result()];
}

export const attentionKernels: Record<string, NativeKernel> = {
  TesseraAttention: attention,
  TesseraAttentionGrad: attentionGrad,
  TesseraQueryKeyAttention: queryKeyAttention,
  TesseraSelfAttention: selfAttention,
  TesseraSelfAttentionGrad: selfAttentionGrad,
};
