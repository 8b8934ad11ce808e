import { type InnerShape, type Section, THREADS, innerLayout, whole } from "./inner-layout.ts";

interface Product {
  /** `fn load(input, r) -> vec4<f32>` of four words. */
  load: string;
  /** `fn store(output, r, sums)`, with the part or the first of some as a fourth argument. */
  store: string;
  outputs: number;
  /** Weights that were joined: q, k and v. @default 1 */
  parts?: number;
  /** Only the outputs, or inputs, from `first` on, as many as are `here`. */
  some?: "outputs" | "inputs";
}

/** Statements that multiply all words with a weight, a tile of four words by some outputs at a time. */
export function productWgsl(shape: InnerShape, section: Section, product: Product): string {
  const { fours } = innerLayout(shape);
  const { offset, columns, across, steps } = section;
  const { load, store, outputs, parts = 1, some } = product;
  const tiles = some === "outputs" ? `((here + ${columns - 1}u) / ${columns}u)` : `${across}u`;
  const last = some === "inputs" ? `here * ${columns}u / 4u` : `${steps}u`;
  const start = { outputs: `first / ${columns}u`, inputs: `first * ${columns}u / 4u * ${across}u` };
  const extra = parts > 1 ? `, tile / ${across / parts}u` : some ? ", first" : "";
  const inputs = 4 / columns;
  const stores = range(columns).map((j) => `${store}(c + ${j}u, r, sum${j}${extra});`);
  const limit = some === "outputs" ? "here" : `${outputs}u`;
  return `for (var at = lane; at < ${tiles} * ${fours}u; at += ${THREADS}u) {
    let r = at % ${fours}u;
    let tile = at / ${fours}u;
    var place = ${offset}u + tile${some ? ` + ${start[some]}` : ""};
    ${range(columns)
      .map((j) => `var sum${j} = vec4<f32>();`)
      .join(" ")}
    for (var step = 0u; step < ${last}; step++) {
      let w = weight(place);
      place += ${across}u;
      ${range(inputs)
        .map((i) => `let a${i} = ${load}(step * ${inputs}u + ${i}u, r);`)
        .join(" ")}
      ${range(4)
        .map((e) => `sum${e % columns} += a${Math.floor(e / columns)} * w.${"xyzw"[e]};`)
        .join(" ")}
    }
    let c = tile${parts > 1 ? ` % ${across / parts}u` : ""} * ${columns}u;
    ${stores.map((line, j) => (outputs % columns === 0 ? line : `if (c + ${j}u < ${limit}) { ${line} }`)).join("\n    ")}
  }`;
}

/** What becomes of the four products: queries (scaled), keys and values; the residual; hidden values; the residual again. */
export function storesWgsl(shape: InnerShape): string {
  const { width, heads, qkvBias } = shape;
  const { fours, vectors } = innerLayout(shape);
  const bias = (name: string, at: string) => `vectors[${vectors[name]}u + ${at}]`;
  const qkv = qkvBias ? ` + ${bias("attn_in.qk.bias", `part * ${whole(width)}u + c`)}` : "";
  return `fn store_qkv(c: u32, r: u32, sum: vec4<f32>, part: u32) {
  let value = sum${qkv};
  if (part > 0u) {
    pool[((part - 1u) * ${width}u + c) * ${fours}u + r] = half4(value);
    return;
  }
  for (var i = 0u; i < 4u; i++) { mixed[(c * ${fours}u + r) * 4u + i] = half(value[i] * ${(width / heads) ** -0.5}); }
}
fn store_proj(c: u32, r: u32, sum: vec4<f32>) { residual[c * ${fours}u + r] += sum + ${bias("attn_in.proj.bias", "c")}; }
fn store_hidden(c: u32, r: u32, sum: vec4<f32>, first: u32) {
  pool[c * ${fours}u + r] = half4(activate(sum + ${bias("mlp_in.fc1.bias", "first + c")}));
}
fn store_fc2(c: u32, r: u32, sum: vec4<f32>, first: u32) {
  residual[c * ${fours}u + r] += sum + select(0.0, ${bias("mlp_in.fc2.bias", "c")}, first == 0u);
}`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
