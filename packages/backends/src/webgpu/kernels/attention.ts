import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { AttentionAttrs, PlacedInputs, attentionOp, queryKeyAttentionOp, selfAttentionOp } from "@tessera/core";
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
  overRowWgsl,
  productOfRowsWgsl,
  scoreTile,
  scoreWgsl,
  shareWeightsWgsl,
  takeWgsl,
  weighWgsl,
} from "../wgsl/attention.ts";
import { halfOf } from "../program/half.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import type { Kernel } from "../kernel.ts";
import { accumulatorsWgsl, eachWgsl, forEach, gatherWgsl, placeWgsl } from "../wgsl/product.ts";
import { type HalfMode, type Program, dispatch, emptyTensor } from "../program/program.ts";
import { type Subgroup, subgroupKey } from "../program/subgroups.ts";

/** Inputs of every form, by the name that the form gives them. */
type AttentionInputs = Partial<
  PlacedInputs<typeof attentionOp> & PlacedInputs<typeof selfAttentionOp> & PlacedInputs<typeof queryKeyAttentionOp>
>;

/** A call of attention, whichever form q, k and v came in. */
export interface AttentionCall {
  variant: AttentionVariant;
  /** q, k, v or qkv, then bias and mask where given. */
  inputs: TensorInfo[];
  params: number[];
  /** Samples, queries and keys of each, width of all heads. */
  batch: number;
  queries: number;
  keys: number;
  heads: number;
  /** Of the result. */
  shape: number[];
}

/** softmax(q kᵀ · scale + bias) v: one dispatch, without the matrix of scores. Dao et al. 2022, the online softmax. */
export const attention: Kernel<typeof attentionOp> = {
  run: (backend, inputs, attrs) => forward(backend, callOf(inputs, attrs)),
};

/** The same of packed q, k, v, read where they lie. */
export const selfAttention: Kernel<typeof selfAttentionOp> = {
  run: (backend, inputs, attrs) => forward(backend, callOf(inputs, attrs)),
};

/** The same where q and k are packed and v is not. */
export const queryKeyAttention: Kernel<typeof queryKeyAttentionOp> = {
  run: (backend, inputs, attrs) => forward(backend, callOf(inputs, attrs)),
};

export function callOf(given: AttentionInputs, { heads, scale }: AttentionAttrs): AttentionCall {
  const { qkv, qk, q, k, v, bias, mask } = given;
  const [batch, queries, stride] = (qkv ?? qk ?? q)!.shape;
  const keys = k?.shape[1] ?? queries;
  const packed = qkv ? "qkv" : qk ? "qk" : "none";
  const width = stride / { qkv: 3, qk: 2, none: 1 }[packed];
  const variant = { width: width / heads, packed, bias: !!bias, mask: !!mask } as const;
  return {
    variant,
    inputs: [qkv, qk, q, k, v, bias, mask].filter((tensor) => tensor !== undefined),
    params: [
      batch,
      heads,
      queries,
      keys,
      scale,
      stride,
      stride,
      v?.shape[2] ?? stride,
      packed === "none" ? 0 : width,
      packed === "qkv" ? 2 * width : 0,
      bias?.shape[0] ?? 1,
      mask?.shape[0] ?? 1,
      mask?.shape[1] ?? 1,
    ],
    batch,
    queries,
    keys,
    heads,
    shape: [batch, queries, width],
  };
}

export function forward(backend: TfjsWebgpu, call: AttentionCall): TensorInfo {
  const { variant, batch, queries, heads, inputs, params, shape } = call;
  const y = emptyTensor(backend, shape);
  if (batch * queries === 0) return y;
  dispatch(backend, forwardProgram(variant, halfOf(backend.device), "output", attentionSubgroup(backend.device)), {
    inputs,
    outputs: [y],
    params,
    groups: batch * heads * Math.ceil(queries / BLOCK),
  });
  return y;
}

/**
 * Either the output, or what its gradients need of each query: the largest score, one over the sum of the exponentials
 * below it, and dy · output.
 */
export function forwardProgram(
  variant: AttentionVariant,
  half: HalfMode,
  wanted: "output" | "stats",
  subgroup?: Subgroup,
): Program {
  const { width } = variant;
  const tile = headTile(width);
  const fours = tile.threadColumns / 4;
  const stats = wanted === "stats";
  const type = elementFor(variant);
  return {
    key: ["attention", wanted, variantKey(variant), subgroupKey(subgroup)].join(),
    inputs: { ...inputsFor(variant), ...(stats && { dy: type }) },
    outputs: stats ? { stats: "vec4<f32>" } : { y: type },
    params: paramsFor(variant),
    threads: THREADS,
    half,
    subgroup,
    body: () => `${attentionMemoryWgsl(width)}
${rowsWgsl(variant, stats ? ["q", "k", "v", "dy"] : ["q", "k", "v"])}
${scoreWgsl(variant)}
${overRowWgsl("row_max", "Max", subgroup)}
${overRowWgsl("row_sum", "Add", subgroup)}
${stats ? "" : storeWgsl("store", "y", "dy", variant)}
fn run(group: u32, lane: u32) {
  let blocks = (params.queries + ${BLOCK - 1}u) / ${BLOCK}u;
  let query0 = (group % blocks) * ${BLOCK}u;
  head = (group / blocks) % params.heads;
  batch = group / blocks / params.heads;
  if (group >= blocks * params.heads * params.batch) { return; }
  ${takeWgsl(variant)}
  ${placeWgsl(scoreTile(width))}
  ${accumulatorsWgsl(tile, "out")}
  var largest = vec4<f32>(LOWEST);
  var sum = vec4<f32>();
  for (var key0 = 0u; key0 < params.keys; key0 += ${BLOCK}u) {
    ${productOfRowsWgsl(width, ["load_q", "load_k"], ["query0", "key0"], "s")}
    let query = query0 + ty * 4u;
    let key = key0 + tx * 4u;
    var top = vec4<f32>();
    for (var i = 0u; i < 4u; i++) {
      for (var c = 0u; c < 4u; c++) { s[i][c] = score(s[i][c], query + i, key + c); }
      top[i] = max(max(s[i].x, s[i].y), max(s[i].z, s[i].w));
    }
    let before = largest;
    largest = max(largest, row_max(top, ty, tx));
    let kept = exp_below(before - largest);
    sum *= kept;
    for (var i = 0u; i < 4u; i++) {
      s[i] = select(vec4<f32>(), exp_below(s[i] - largest[i]), vec4<u32>(key, key + 1u, key + 2u, key + 3u) < vec4<u32>(params.keys));
      sum[i] += dot(s[i], vec4<f32>(1.0));
    }
    ${forEach(tile, (i, j) => `out_${i}_${j} *= kept.${"xyzw"[i]};`)}
    ${shareWeightsWgsl("s")}
    ${weighWgsl(width, "load_v", "key0", "out")}
  }
  let inverse = 1.0 / row_sum(sum, ty, tx);
  ${gatherWgsl(tile, "out")}
  ${
    stats
      ? `var along = vec4<f32>();
  ${eachWgsl(tile, "out", (row, column, value) => `along[at / ${fours}u] += dot(${value}, load_dy(query0 + ${row}, ${column}));`)}
  let delta = row_sum(along * inverse, ty, tx);
  if (tx < 4u && query0 + ty * 4u + tx < params.queries) {
    stats[(batch * params.heads + head) * params.queries + query0 + ty * 4u + tx] = vec4<f32>(largest[tx], inverse[tx], delta[tx], 0.0);
  }`
      : eachWgsl(
          tile,
          "out",
          (row, column, value) => `store(query0 + ${row}, ${column}, ${value} * inverse[at / ${fours}u]);`,
        )
  }
}`,
  };
}
