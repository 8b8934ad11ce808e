// No adapter here has shader-f16, so the text with f16 is compiled by Dawn on its null backend, which has every feature and
// computes nothing; what the text computes is tested with f32 in the place of f16 in half.webgpu.test.ts.
import { describe, expect, test } from "vitest";
import { messagesOf } from "./__fixtures__/compile.ts";
import { biasProgram, keyProgram, queryProgram } from "../kernels/attention-grad.ts";
import { forwardProgram } from "../kernels/attention.ts";
import { attentionBytes } from "../wgsl/attention.ts";
import { fewRowsProgram } from "../kernels/few-rows.ts";
import { productProgram, tiles } from "../kernels/product.ts";
import { type Program, sourceOf } from "./program.ts";
import { type InnerShape, innerBytes } from "../kernels/tnt/inner-layout.ts";
import { innerProgram } from "../kernels/tnt/inner-wgsl.ts";

const epilogue = { bias: true, activation: "gelu", scale: true, residual: true } as const;
const inner = {
  words: 16,
  width: 24,
  heads: 4,
  hidden: 96,
  qkvBias: false,
  legacy: false,
  activation: "gelu",
} as const;
const inners: InnerShape[] = [
  inner,
  { ...inner, width: 40, hidden: 160 },
  { ...inner, words: 9, width: 18, heads: 3, hidden: 50, qkvBias: true, legacy: true },
];
const attentions = [6, 64, 128].flatMap((width) =>
  (["qkv", "none"] as const).map((packed) => ({ width, packed, bias: packed === "none", mask: packed === "none" })),
);
/** Of Swin at 384 pixels. */
const inWindows = {
  width: 32,
  packed: "qkv",
  bias: true,
  mask: false,
  windows: { padding: true, shifted: true, area: 24 * 24 },
} as const;
const programs: Program[] = [
  ...inners.map((shape) => innerProgram(shape, "native")),
  ...Object.values(tiles).map((tile) =>
    productProgram(
      { rows: 9, columns: 12, depth: 16 },
      { a: "k", b: "k", packed: true, epilogue, half: "native" },
      tile,
    ),
  ),
  productProgram(
    { rows: 9, columns: 7, depth: 5 },
    { a: "outer", b: "outer", packed: false, epilogue, half: "native" },
  ),
  fewRowsProgram({ rows: 3, columns: 12, depth: 16 }, { packed: true, epilogue, half: "native" }),
  forwardProgram({ width: 64, packed: "qk", bias: false, mask: false }, "native", "output"),
  ...[...attentions, inWindows].flatMap((variant) => [
    forwardProgram(variant, "native", "output"),
    forwardProgram(variant, "native", "stats"),
    queryProgram(variant, "native"),
    keyProgram(variant, "native", "kv"),
    biasProgram(variant, "native"),
  ]),
];

describe("with f16", () => {
  test("every program compiles", () => {
    const sources = programs.map(sourceOf);
    for (const source of sources) expect(source).toMatch(/^enable f16;\nalias half = f16;/);
    const messages = messagesOf(sources);
    expect(messages).toHaveLength(programs.length);
    for (const [i, { key }] of programs.entries()) expect(messages[i], key).toEqual([]);
  }, 60_000);

  test.each(programs.map((program) => [program.key, program] as const))(
    "%s keeps its workgroup's memory within 16 KB, which every GPU has",
    (_, program) => {
      for (const half of ["native", "off"] as const)
        expect(workgroupBytes({ ...program, half })).toBeLessThanOrEqual(16_384);
    },
  );
});

test.each(inners)("a patch of $words × $width takes as much as is said of it", (shape) => {
  for (const half of ["native", "off"] as const)
    expect(workgroupBytes(innerProgram(shape, half))).toBe(innerBytes(shape, half));
});

test.each([...attentions, inWindows])("attention with heads of $width takes as much as is said of it", (variant) => {
  expect(workgroupBytes(forwardProgram(variant, "off", "output"))).toBe(attentionBytes(variant));
});

function workgroupBytes(program: Program): number {
  const native = program.half === "native";
  const size = { half4: native ? 8 : 16, half: native ? 2 : 4, f32: 4, "vec4<f32>": 16, u32: 4 };
  const arrays = sourceOf(program).matchAll(/var<workgroup> \w+: array<(\w+(?:<f32>)?), (\d+)>/g);
  return [...arrays].reduce((sum, [, type, count]) => sum + size[type as keyof typeof size] * Number(count), 0);
}
