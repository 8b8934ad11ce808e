import { expect, test } from "vitest";
import { createVit } from "./create.ts";
import { mimeticInit } from "./mimetic.ts";

/** a [n, d] times b [n, d], summed over rows: [d, d] */
function product(a: Float32Array, b: Float32Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let row = 0; row < a.length / d; row++)
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j]! += a[row * d + i]! * b[row * d + j]!;
  return out;
}

function onAndOffDiagonal(matrix: Float64Array, d: number): [mean: number, deviation: number] {
  let [on, off] = [0, 0];
  for (const [i, value] of matrix.entries()) {
    if (i % (d + 1) === 0) on += value / d;
    else off += value ** 2 / (d * (d - 1));
  }
  return [on, Math.sqrt(off)];
}

test("queries look like keys, and projections take values back", () => {
  const d = 64;
  using model = createVit("vit_pooled_stem_32", { width: d, heads: 4, depth: 1, mlpDim: 64 }).init(1, mimeticInit(4));
  const valuesOf = (path: string) => model.params().get(path)!.value.dataSync() as Float32Array;
  const [qkv, proj] = [valuesOf("blocks.0.attn.qkv.weight"), valuesOf("blocks.0.attn.proj.weight")];
  const size = d * d;
  for (let head = 0; head < 4; head++) {
    const rows = (part: number) => qkv.slice(part * size + (head * size) / 4, part * size + ((head + 1) * size) / 4);
    const [on, off] = onAndOffDiagonal(product(rows(0), rows(1), d), d);
    // The trace of 0.7 P is 0.7 times a head's 16 of 64 dimensions.
    expect(on).toBeCloseTo(0.7 / 4, 1);
    expect(off).toBeLessThan(on);
  }
  const turned = proj.map((_, i) => proj[(i % d) * d + Math.floor(i / d)]!);
  const [on, off] = onAndOffDiagonal(product(turned, qkv.slice(2 * size), d), d);
  expect(on).toBeCloseTo(-0.4, 1);
  expect(off).toBeLessThan(0.1);
});

test("everything else starts as it does, and the config asks for the same", async () => {
  const size = { width: 16, heads: 2, depth: 1, mlpDim: 16 };
  using plain = createVit("vit_pooled_stem_32", size).init(1);
  using mimetic = createVit("vit_pooled_stem_32", size).init(1, mimeticInit(2));
  using asked = createVit("vit_pooled_stem_32", { ...size, attentionStart: "mimetic" }).init(1);
  for (const [path, { value }] of mimetic.params()) {
    const like = path.includes(".attn.") ? asked : plain;
    await expect(value, path).toBeAllClose(like.params().get(path)!.value, { atol: 0 });
  }
});

test("other heads are refused", () => {
  using model = createVit("vit_pooled_stem_32", { width: 16, heads: 2, depth: 1, mlpDim: 16 });
  expect(() => model.init(1, mimeticInit(3))).toThrow("mimeticInit: expected queries, keys and values of whole heads");
});
