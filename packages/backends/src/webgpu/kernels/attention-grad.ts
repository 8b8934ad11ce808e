import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { attentionGradOp, selfAttentionGradOp } from "@tessera/core";
import {
  type AttentionVariant,
  elementFor,
  inputsFor,
  paramsFor,
  rowsWgsl,
  storeWgsl,
  variantKey,
} from "../wgsl/attention-rows.ts";
import {
  BLOCK,
  THREADS,
  attentionMemoryWgsl,
  attentionSubgroup,
  headTile,
  productOfRowsWgsl,
  scoreTile,
  scoreWgsl,
  shareWeightsWgsl,
  takeWgsl,
  weighWgsl,
} from "../wgsl/attention.ts";
import { halfOf } from "../program/half.ts";
import type { Kernel } from "../kernel.ts";
import { type Tile, accumulatorsWgsl, eachWgsl, gatherWgsl, placeWgsl } from "../wgsl/product.ts";
import { type HalfMode, type Program, dispatch, emptyTensor } from "../program/program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { type AttentionCall, callOf, forwardProgram } from "./attention.ts";

/** [dq, dk, dv] and, with a bias, dbias. */
export const attentionGrad: Kernel<typeof attentionGradOp> = {
  run(backend, inputs, attrs) {
    const { q, k, v, bias, dy } = inputs;
    const [dq, dk, dv] = [emptyTensor(backend, q.shape), emptyTensor(backend, k.shape), emptyTensor(backend, v.shape)];
    const dbias = backward(backend, callOf(inputs, attrs), dy, { dq: [dq], dkv: [dk, dv] }, bias);
    return dbias ? [dq, dk, dv, dbias] : [dq, dk, dv];
  },
};

/** [dqkv] and, with a bias, dbias. */
export const selfAttentionGrad: Kernel<typeof selfAttentionGradOp> = {
  run(backend, inputs, attrs) {
    const { qkv, bias, dy } = inputs;
    const dqkv = emptyTensor(backend, qkv.shape);
    const dbias = backward(backend, callOf(inputs, attrs), dy, { dq: [dqkv], dkv: [dqkv] }, bias);
    return dbias ? [dqkv, dbias] : [dqkv];
  },
};

/** Statistics of the queries; then dq by queries, dk and dv by keys, and dbias by both. No scores are kept. */
export function backward(
  backend: TfjsWebgpu,
  call: AttentionCall,
  dy: TensorInfo,
  outputs: { dq: TensorInfo[]; dkv: TensorInfo[] },
  bias: TensorInfo | undefined,
): TensorInfo | undefined {
  const { variant, batch, heads, queries, keys, params } = call;
  const half = halfOf(backend.device);
  const [queryBlocks, keyBlocks] = [Math.ceil(queries / BLOCK), Math.ceil(keys / BLOCK)];
  const stats = emptyTensor(backend, [batch, heads, queries, 4]);
  const inputs = [...call.inputs, dy, stats];
  dispatch(backend, forwardProgram(variant, half, "stats", attentionSubgroup(backend.device)), { inputs: [...call.inputs, dy], outputs: [stats], params, groups: batch * heads * queryBlocks }); // prettier-ignore
  dispatch(backend, queryProgram(variant, half), { inputs, outputs: outputs.dq, params, groups: batch * heads * queryBlocks }); // prettier-ignore
  // A device with no more than the default of 8 storage buffers takes the two one after the other.
  const together = inputs.length + outputs.dkv.length <= backend.device.limits.maxStorageBuffersPerShaderStage;
  for (const wanted of together ? (["kv"] as const) : (["k", "v"] as const)) {
    const written = wanted === "kv" ? outputs.dkv : [outputs.dkv[wanted === "k" ? 0 : 1]!];
    dispatch(backend, keyProgram(variant, half, wanted), { inputs, outputs: written, params, groups: batch * heads * keyBlocks }); // prettier-ignore
  }
  const dbias = bias && emptyTensor(backend, bias.shape);
  if (dbias) {
    const groups = bias.shape[0]! * queryBlocks * keyBlocks;
    dispatch(backend, biasProgram(variant, half), { inputs, outputs: [dbias], params, groups });
  }
  backend.disposeData(stats.dataId);
  return dbias;
}

/**
 * Weights `s[i]` and derivatives of scores `g[i]`, over four columns, from q kᵀ and dy vᵀ. A thread's rows are queries and
 * its columns keys, or the other way round.
 */
function slopesWgsl(rows: "queries" | "keys"): string {
  const [q, k] = rows === "queries" ? ["query + i", "key + c"] : ["query + c", "key + i"];
  return `for (var i = 0u; i < 4u; i++) {
      for (var c = 0u; c < 4u; c++) {
        let of_query = stats_of(${q});
        let value = score(s[i][c], ${q}, ${k});
        s[i][c] = select(0.0, exp(max(value - of_query.x, -100.0)) * of_query.y, ${k} < params.keys);
        g[i][c] = s[i][c] * (g[i][c] - of_query.z);
      }
    }`;
}

/** `fn stats_of(query)`: of a query beyond the last, such that its weights are zero. */
const statsWgsl = `fn stats_of(query: u32) -> vec4<f32> {
  if (query >= params.queries) { return vec4<f32>(); }
  return stats[(batch * params.heads + head) * params.queries + query];
}`;

function programOf(
  name: string,
  variant: AttentionVariant,
  half: HalfMode,
  outputs: Record<string, string>,
  body: () => string,
): Program {
  return {
    key: [name, variantKey(variant)].join(),
    inputs: { ...inputsFor(variant), dy: elementFor(variant), stats: "vec4<f32>" },
    outputs,
    params: paramsFor(variant),
    threads: THREADS,
    half,
    body: () => `${attentionMemoryWgsl(variant.width)}
${rowsWgsl(variant, ["q", "k", "v", "dy"])}
${scoreWgsl(variant)}
${statsWgsl}
${body()}`,
  };
}

/** Stores what a thread has summed up; a first row, and what each value is multiplied by, in words. */
function storeEachWgsl(tile: Tile, name: string, store: string, first: string, factor: string): string {
  return `${gatherWgsl(tile, name)}
  ${eachWgsl(tile, name, (row, column, value) => `${store}(${first} + ${row}, ${column}, ${value}${factor});`)}`;
}

/** dq of 32 queries. */
export function queryProgram(variant: AttentionVariant, half: HalfMode): Program {
  const { width, packed, windows } = variant;
  const tile = headTile(width);
  const type = elementFor(variant);
  const array = packed === "qkv" ? "dqkv" : "dq";
  return programOf(
    "attention-grad-q",
    variant,
    half,
    { [array]: type, ...(windows?.padding && { outside: type }) },
    () => `${storeWgsl("store", array, "q", variant)}
fn run(group: u32, lane: u32) {
  let blocks = (params.queries + ${BLOCK - 1}u) / ${BLOCK}u;
  let query0 = (group % blocks) * ${BLOCK}u;
  head = (group / blocks) % params.heads;
  batch = group / blocks / params.heads;
  if (group >= blocks * params.heads * params.batch) { return; }
  ${takeWgsl(variant)}
  ${placeWgsl(scoreTile(width))}
  ${accumulatorsWgsl(tile, "out")}
  let query = query0 + ty * 4u;
  for (var key0 = 0u; key0 < params.keys; key0 += ${BLOCK}u) {
    let key = key0 + tx * 4u;
    ${scoresAndSlopesWgsl(width, ["q", "query0"], ["k", "key0"], ["dy", "v"])}
    ${slopesWgsl("queries")}
    ${shareWeightsWgsl("g")}
    ${weighWgsl(width, "load_k", "key0", "out")}
  }
  ${storeEachWgsl(tile, "out", "store", "query0", " * params.scale")}
}`,
  );
}

/** dk and dv of 32 keys, or one of the two. Scores lie the other way: four keys by four queries a thread. */
export function keyProgram(variant: AttentionVariant, half: HalfMode, wanted: "kv" | "k" | "v"): Program {
  const { width, packed, windows } = variant;
  const tile = headTile(width);
  const type = elementFor(variant);
  const [forK, forV] = [wanted.includes("k"), wanted.includes("v")];
  const [dk, dv] = packed === "qkv" ? ["dqkv", "dqkv"] : ["dk", "dv"];
  return programOf(
    `attention-grad-${wanted}`,
    variant,
    half,
    { ...(forK && { [dk!]: type }), ...(forV && { [dv!]: type }), ...(windows?.padding && { outside: type }) },
    () => `
${forK ? storeWgsl("store_k", dk!, "k", variant) : ""}
${forV ? storeWgsl("store_v", dv!, "v", variant) : ""}
fn run(group: u32, lane: u32) {
  let blocks = (params.keys + ${BLOCK - 1}u) / ${BLOCK}u;
  let key0 = (group % blocks) * ${BLOCK}u;
  head = (group / blocks) % params.heads;
  batch = group / blocks / params.heads;
  if (group >= blocks * params.heads * params.batch) { return; }
  ${takeWgsl(variant)}
  ${placeWgsl(scoreTile(width))}
  ${forK ? accumulatorsWgsl(tile, "of_k") : ""}
  ${forV ? accumulatorsWgsl(tile, "of_v") : ""}
  let key = key0 + ty * 4u;
  for (var query0 = 0u; query0 < params.queries; query0 += ${BLOCK}u) {
    let query = query0 + tx * 4u;
    ${scoresAndSlopesWgsl(width, ["k", "key0"], ["q", "query0"], ["v", "dy"])}
    ${slopesWgsl("keys")}
    ${forV ? `${shareWeightsWgsl("s")}\n    ${weighWgsl(width, "load_dy", "query0", "of_v")}` : ""}
    ${forK ? `${shareWeightsWgsl("g")}\n    ${weighWgsl(width, "load_q", "query0", "of_k")}` : ""}
  }
  ${forK ? storeEachWgsl(tile, "of_k", "store_k", "key0", " * params.scale") : ""}
  ${forV ? storeEachWgsl(tile, "of_v", "store_v", "key0", "") : ""}
}`,
  );
}

/** dbias of 32 queries and 32 keys, summed over the samples and, where the heads share it, over them. */
export function biasProgram(variant: AttentionVariant, half: HalfMode): Program {
  const { width } = variant;
  return programOf(
    "attention-grad-bias",
    variant,
    half,
    { dbias: "f32" },
    () => `
fn run(group: u32, lane: u32) {
  let across = (params.keys + ${BLOCK - 1}u) / ${BLOCK}u;
  let down = (params.queries + ${BLOCK - 1}u) / ${BLOCK}u;
  let key0 = (group % across) * ${BLOCK}u;
  let query0 = (group / across % down) * ${BLOCK}u;
  let bias_head = group / across / down;
  if (bias_head >= params.bias_heads) { return; }
  ${placeWgsl(scoreTile(width))}
  let query = query0 + ty * 4u;
  let key = key0 + tx * 4u;
  var out: array<vec4<f32>, 4>;
  for (var at = 0u; at < params.batch * params.heads; at++) {
    batch = at / params.heads;
    head = at % params.heads;
    // Of a number that all threads share, not of head, which the compiler cannot know to be one.
    if (at % params.heads % params.bias_heads != bias_head) { continue; }
    ${takeWgsl(variant)}
    ${scoresAndSlopesWgsl(width, ["q", "query0"], ["k", "key0"], ["dy", "v"])}
    ${slopesWgsl("queries")}
    for (var i = 0u; i < 4u; i++) { out[i] += g[i]; }
  }
  for (var i = 0u; i < 4u; i++) {
    for (var c = 0u; c < 4u; c++) {
      if (query + i < params.queries && key + c < params.keys) {
        dbias[(bias_head * params.queries + query + i) * params.keys + key + c] = out[i][c];
      }
    }
  }
}`,
  );
}

/** `s[i]` and `g[i]`: products of the rows of q and k, and of those of dy and v, whichever come first. */
function scoresAndSlopesWgsl(
  width: number,
  [a, row]: readonly [string, string],
  [b, column]: readonly [string, string],
  [c, d]: readonly [string, string],
): string {
  return `${productOfRowsWgsl(width, [`load_${a}`, `load_${b}`], [row, column], "s")}
    ${productOfRowsWgsl(width, [`load_${c}`, `load_${d}`], [row, column], "g")}`;
}
