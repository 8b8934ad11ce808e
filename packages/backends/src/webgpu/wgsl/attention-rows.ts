import type { Program } from "../program/program.ts";
import { type WindowVariant, windowParams, windowsWgsl } from "./window-rows.ts";

/** What an attention program was made for. */
export interface AttentionVariant {
  /** Width of a head, 1 to 128 and more. */
  width: number;
  /** Which of q, k and v are parts of one tensor. */
  packed: "none" | "qk" | "qkv";
  bias: boolean;
  mask: boolean;
  /** For attention inside windows of a map: `batch` counts windows, and rows are the places in one. */
  windows?: WindowVariant;
}

/** Names what the text of a program depends on. */
export function variantKey({ width, packed, bias, mask, windows }: AttentionVariant): string {
  return [width, packed, bias, mask, windows?.padding, windows?.shifted, windows?.area].join();
}

export function elementFor({ width }: AttentionVariant): "f32" | "vec4<f32>" {
  return width % 4 === 0 ? "vec4<f32>" : "f32";
}

/** What q, k and v are read from. */
function arraysFor({ packed }: AttentionVariant): string[] {
  return { none: ["q", "k", "v"], qk: ["qk", "v"], qkv: ["qkv"] }[packed];
}

/** Inputs q, k, v and what the scores need, by name. */
export function inputsFor(variant: AttentionVariant): Record<string, string> {
  const type = elementFor(variant);
  return {
    ...Object.fromEntries(arraysFor(variant).map((name) => [name, type])),
    ...(variant.bias && { bias: "f32" }),
    ...(variant.mask && { mask: "u32" }),
    ...(variant.windows?.padding && { padding: type }),
  };
}

const attentionParams = {
  batch: "u32",
  heads: "u32",
  queries: "u32",
  keys: "u32",
  scale: "f32",
  /** Numbers from one query to the next, from one key to the next, and from one value to the next. */
  query_stride: "u32",
  key_stride: "u32",
  value_stride: "u32",
  key_offset: "u32",
  value_offset: "u32",
  bias_heads: "u32",
  mask_batch: "u32",
  mask_queries: "u32",
} as const;

export function paramsFor({ windows }: AttentionVariant): Program["params"] {
  return windows ? { ...attentionParams, ...windowParams } : attentionParams;
}

/** Where q, k and v begin in a packed row. */
const offsets = { q: "0u", k: "params.key_offset", v: "params.value_offset" };

/**
 * Where the rows of a head lie, and how they are read and written four numbers at a time: `load_q`, `load_k`, `load_v`,
 * and `load_dy` of what is laid out like the result. `at(batch, head)` must come first.
 */
export function rowsWgsl(variant: AttentionVariant, loads: readonly ("q" | "k" | "v" | "dy")[]): string {
  const { width, windows } = variant;
  const lines = loads.map((name) => {
    const array = arraysFor(variant).find((packed) => packed.includes(name)) ?? name;
    const size = name === "q" || name === "dy" ? "params.queries" : "params.keys";
    return `fn load_${name}(row: u32, column: u32) -> vec4<f32> {
  if (row < ${size} && column < ${width}u) {
    ${windows ? `if (token_of(row) == PADDING) { ${paddingWgsl(name, variant)} }` : ""}
    let at = ${name}_place(row) + column;
    ${readWgsl(array, variant)}
  }
  return vec4<f32>();
}`;
  });
  const [query, key] = windows
    ? ["token_of(row)", "token_of(row)"]
    : ["(batch * params.queries + row)", "(batch * params.keys + row)"];
  return `var<private> batch: u32;
var<private> head: u32;
${windows ? windowsWgsl(windows) : ""}
fn q_place(row: u32) -> u32 { return ${query} * params.query_stride + head * ${width}u; }
fn k_place(row: u32) -> u32 { return ${key} * params.key_stride + params.key_offset + head * ${width}u; }
fn v_place(row: u32) -> u32 { return ${key} * params.value_stride + params.value_offset + head * ${width}u; }
fn dy_place(row: u32) -> u32 { return (${query} * params.heads + head) * ${width}u; }
${lines.join("\n")}`;
}

/** Returns what pads the map in place of q, k or v; zeros for dy. */
function paddingWgsl(name: "q" | "k" | "v" | "dy", variant: AttentionVariant): string {
  if (!variant.windows?.padding || name === "dy") return "return vec4<f32>();";
  return `let at = ${offsets[name]} + head * ${variant.width}u + column;
      ${readWgsl("padding", variant)}`;
}

function readWgsl(array: string, variant: AttentionVariant): string {
  if (elementFor(variant) === "vec4<f32>") return `return ${array}[at / 4u];`;
  return `var value = vec4<f32>(${array}[at], 0.0, 0.0, 0.0);
    if (column + 1u < ${variant.width}u) { value.y = ${array}[at + 1u]; }
    if (column + 2u < ${variant.width}u) { value.z = ${array}[at + 2u]; }
    if (column + 3u < ${variant.width}u) { value.w = ${array}[at + 3u]; }
    return value;`;
}

/**
 * `fn store_q(row, column, value)` and its like: `place` is one of the layouts of `rowsWgsl`. What pads a map is left out, or, as
 * a gradient of values that pad, written to `outside`, rows of windows in which tokens are zeros.
 */
export function storeWgsl(
  name: string,
  array: string,
  place: "q" | "k" | "v" | "dy",
  variant: AttentionVariant,
): string {
  const size = place === "q" || place === "dy" ? "params.queries" : "params.keys";
  const { width, windows } = variant;
  const write = (to: string, value: string) =>
    elementFor(variant) === "vec4<f32>"
      ? `${to}[at / 4u] = ${value};`
      : `for (var i = 0u; i < 4u && column + i < ${width}u; i++) { ${to}[at + i] = ${value}[i]; }`;
  const outside =
    windows?.padding && place !== "dy"
      ? `{
    let at = (batch * params.queries + row) * params.query_stride + ${offsets[place]} + head * ${width}u + column;
    let kept = select(vec4<f32>(), value, token_of(row) == PADDING);
    ${write("outside", "kept")}
  }`
      : "";
  return `fn ${name}(row: u32, column: u32, value: vec4<f32>) {
  if (row >= ${size} || column >= ${width}u) { return; }
  ${outside}
  ${windows ? "if (token_of(row) == PADDING) { return; }" : ""}
  let at = ${place}_place(row) + column;
  ${write(array, "value")}
}`;
}
