import { activateWgsl } from "../../wgsl/activation.ts";
import type { HalfMode, Program } from "../../program/program.ts";
import { attendWgsl } from "./inner-attention-wgsl.ts";
import { type InnerShape, THREADS, innerLayout } from "./inner-layout.ts";
import { momentsWgsl, normaliseWgsl } from "./inner-norm-wgsl.ts";
import { productWgsl, storesWgsl } from "./inner-product-wgsl.ts";

/**
 * A workgroup takes a patch from the first layer norm to the words that are normalised for the merge. In its memory words
 * lie turned, four of them side by side, so that what four words give for some outputs is summed up in registers and
 * stored without being turned again.
 */
export function innerProgram(shape: InnerShape, half: HalfMode): Program {
  const { words, width, heads, hidden, qkvBias, legacy, activation } = shape;
  return {
    key: ["tnt-inner", words, width, heads, hidden, qkvBias, legacy, activation].join(),
    inputs: { x: "f32", weights: half === "off" ? "vec4<f32>" : "vec2<u32>", vectors: "f32" },
    outputs: { y: "f32", joined: "f32" },
    params: { patches: "u32", epsilon: "f32" },
    threads: THREADS,
    half,
    body: () => `${memoryWgsl(shape)}
${loadsWgsl(shape, half)}
${momentsWgsl(shape, "word")}
${shape.legacy ? "" : momentsWgsl(shape, "patch")}
${normaliseWgsl(shape)}
${activateWgsl(activation, "vec4<f32>")}
${storesWgsl(shape)}
${attendWgsl(shape)}
${runWgsl(shape)}`,
  };
}

/** Queries give way to what attention makes of them, keys and values to what is hidden in the MLP. */
function memoryWgsl(shape: InnerShape): string {
  const { fours, lanes, chunk } = innerLayout(shape);
  const { width } = shape;
  return `var<workgroup> residual: array<vec4<f32>, ${width * fours}>;
var<workgroup> normal: array<half4, ${width * fours}>;
var<workgroup> mixed: array<half, ${width * fours * 4}>;
var<workgroup> pool: array<half4, ${Math.max(2 * width, chunk) * fours}>;
var<workgroup> parts: array<vec4<f32>, ${lanes * fours}>;
var<workgroup> means: array<vec4<f32>, ${fours}>;
var<workgroup> inverses: array<vec4<f32>, ${fours}>;`;
}

/** `load_*(c, r)`: channel c of four words, the r-th. */
function loadsWgsl(shape: InnerShape, half: HalfMode): string {
  const { words } = shape;
  const { fours } = innerLayout(shape);
  const unpacked = "let pair = weights[i]; return vec4<f32>(unpack2x16float(pair.x), unpack2x16float(pair.y));";
  const within = `r * 4u + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(${words}u)`;
  return `fn weight(i: u32) -> vec4<f32> { ${half === "off" ? "return weights[i];" : unpacked} }
fn load_normal(c: u32, r: u32) -> vec4<f32> { return vec4<f32>(normal[c * ${fours}u + r]); }
fn load_pool(c: u32, r: u32) -> vec4<f32> { return vec4<f32>(pool[c * ${fours}u + r]); }
fn load_mixed(c: u32, r: u32) -> vec4<f32> {
  let at = (c * ${fours}u + r) * 4u;
  return vec4<f32>(f32(mixed[at]), f32(mixed[at + 1u]), f32(mixed[at + 2u]), f32(mixed[at + 3u]));
}
// What fills up the last four words counts nothing in a sum over words.
fn real(r: u32, value: vec4<f32>) -> vec4<f32> { return ${words % 4 === 0 ? "value" : `select(vec4<f32>(), value, ${within})`}; }`;
}

function runWgsl(shape: InnerShape): string {
  const { words, width, hidden, legacy } = shape;
  const { fours, chunk, sections, vectors } = innerLayout(shape);
  // Neighbours take neighbouring channels of the same words, which lie side by side outside.
  const eachWord = (body: string) => `for (var at = lane; at < ${width * fours}u; at += ${THREADS}u) {
    let c = at % ${width}u;
    let r = at / ${width}u;
    ${body}
  }`;
  const parameter = (name: string) => `vectors[${vectors[name]}u + ${legacy ? "" : `row * ${width}u + `}c]`;
  return `fn run(group: u32, lane: u32) {
  if (group >= params.patches) { return; }
  let start = group * ${words * width}u;
  ${eachWord(`var value = vec4<f32>();
    for (var i = 0u; i < 4u && r * 4u + i < ${words}u; i++) { value[i] = x[start + (r * 4u + i) * ${width}u + c]; }
    residual[c * ${fours}u + r] = value;`)}
  workgroupBarrier();
  word_moments(lane);
  normalise(lane, ${vectors["norm_in.weight"]}u, ${vectors["norm_in.bias"]}u);
  ${productWgsl(shape, sections.qkv, { load: "load_normal", store: "store_qkv", outputs: width, parts: 3 })}
  workgroupBarrier();
  attend(lane);
  workgroupBarrier();
  ${productWgsl(shape, sections.proj, { load: "load_mixed", store: "store_proj", outputs: width })}
  workgroupBarrier();
  word_moments(lane);
  normalise(lane, ${vectors["norm_mlp_in.weight"]}u, ${vectors["norm_mlp_in.bias"]}u);
  for (var first = 0u; first < ${hidden}u; first += ${chunk}u) {
    let here = min(${chunk}u, ${hidden}u - first);
    ${productWgsl(shape, sections.fc1, { load: "load_normal", store: "store_hidden", outputs: hidden, some: "outputs" })}
    workgroupBarrier();
    ${productWgsl(shape, sections.fc2, { load: "load_pool", store: "store_fc2", outputs: width, some: "inputs" })}
    workgroupBarrier();
  }
  ${legacy ? "word" : "patch"}_moments(lane);
  ${eachWord(`let value = residual[c * ${fours}u + r];
    let centred = (value - means[r]) * inverses[r];
    for (var i = 0u; i < 4u && r * 4u + i < ${words}u; i++) {
      let row = r * 4u + i;
      y[start + row * ${width}u + c] = value[i];
      joined[start + row * ${width}u + c] = centred[i] * ${parameter("norm1_proj.weight")} + ${parameter("norm1_proj.bias")};
    }`)}
}`;
}
