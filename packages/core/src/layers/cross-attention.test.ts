// Values and gradients against PyTorch are in layers.goldens.test.ts.
import { type Tensor3D, slice, sum, tensor3d } from "@tensorflow/tfjs-core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { capture } from "../capture.ts";
import type { Context } from "../context.ts";
import { CrossAttention } from "./cross-attention.ts";

const x = seeded(1).normals([2, 3, 4]) as Tensor3D;
const memory = seeded(2).normals([2, 5, 6]) as Tensor3D;

test("attends to the memory: weights sum to 1 over its tokens", async () => {
  using layer = new CrossAttention({ width: 4, heads: 2, memoryWidth: 6 }).init(1);
  const model = { forward: (z: Tensor3D, ctx?: Context) => layer.forward(z, memory, ctx) };
  const seen = capture(model, x, ["weights", "proj", "q", "kv"]);
  expect(seen["weights"]!.shape).toEqual([2, 2, 3, 5]);
  await expect(sum(seen["weights"]!, -1)).toBeAllClose({ shape: [2, 2, 3], data: Array.from({ length: 12 }, () => 1) });
  await expect(seen["proj"]!).toBeAllClose(layer.forward(x, memory));
});

test("a masked token of the memory might not be there", async () => {
  using layer = new CrossAttention({ width: 4, heads: 2, memoryWidth: 6, qkvBias: false }).init(1);
  const first = layer.forward(x, slice(memory, [0, 0, 0], [2, 1, 6]));
  const mask = tensor3d([1, 0, 0, 0, 0], [1, 1, 5]);
  await expect(layer.forward(x, memory, {}, { mask })).toBeAllClose(first);
});

test("refuses shapes that do not fit", () => {
  expect(() => new CrossAttention({ width: 4, heads: 3 })).toThrow(
    "CrossAttention: expected a width divisible by heads, got 4 / 3",
  );
  using layer = new CrossAttention({ width: 4, heads: 2 }).init(1);
  expect(() => layer.forward(x, memory)).toThrow("CrossAttention memory: expected shape [2, m, 4], got [2, 5, 6]");
  expect(() => layer.forward(memory, memory)).toThrow("CrossAttention: expected shape [b, n, 4], got [2, 5, 6]");
});

test("leaks nothing", async () => {
  using layer = new CrossAttention({ width: 4, heads: 2, memoryWidth: 6 }).init(1);
  await expectNoLeak(() => layer.forward(x, memory).dispose());
});
