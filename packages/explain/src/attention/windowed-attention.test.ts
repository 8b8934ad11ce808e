import { type Tensor2D, type Tensor3D, type Tensor4D, add, mean, reshape, slice, tensor2d, tidy, zeros } from "@tensorflow/tfjs-core"; // prettier-ignore
import { type Context, Linear, Module, placesInWindows, windowAttentionWeights } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { attentionMaps } from "./attention-maps.ts";
import { relevance } from "./relevance.ts";
import { windowedAttention, windowedHeatmap } from "./windowed-attention.ts";

const windows = { window: [2, 2] as const, padFirst: false };
const shifts = [
  [0, 0],
  [1, 1],
] as const;

/** Two blocks of windows of 2×2 on a map of 4×6 pixels, the second shifted, as a Swin offers them. */
class Windowed extends Module {
  readonly qkv = new Linear(3, 12);
  readonly head = new Linear(3, 2);

  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const [b, rows, columns] = images.shape;
      const qkv = this.qkv.forward(reshape(images, [b, rows * columns, 3]) as Tensor3D);
      for (const [i, shift] of shifts.entries()) {
        const options = {
          ...windows,
          shift,
          grid: [rows, columns] as const,
          heads: 2,
          bias: zeros([2, 4, 4]) as Tensor3D,
        };
        ctx.capture?.(`layers.0.blocks.${i}.attn.places`, () =>
          tensor2d(placesInWindows(options), [rows, columns], "int32"),
        );
        ctx.capture?.(`layers.0.blocks.${i}.attn.weights`, () => windowAttentionWeights(qkv, options));
      }
      return this.head.forward(add(mean(images, [1, 2]), 0) as Tensor2D);
    });
  }
}

const model = new Windowed().init(1);
const images = seeded(1).normals([2, 4, 6, 3]) as Tensor4D;

test("a token looks at its own window, wherever the shift has put that, as the weights say", async () => {
  const [plain, shifted] = await windowedAttention(model, images);
  expect([plain!.path, plain!.heads, plain!.grid, plain!.area]).toEqual(["layers.0.blocks.0.attn", 2, [4, 6], 4]);
  const seen = ({ values }: { values: Float32Array }) => [...values.keys()].filter((at) => values[at]! > 1e-6);
  expect(seen(windowedHeatmap(plain!, { image: 1, head: 0, from: { row: 1, column: 2 } }))).toEqual([2, 3, 8, 9]);
  expect(seen(windowedHeatmap(shifted!, { from: { row: 1, column: 2 } }))).toEqual([7, 8, 13, 14]);
  // The corner stands alone: what the shift brought beside it is masked.
  expect(seen(windowedHeatmap(shifted!, { from: { row: 0, column: 0 } }))).toEqual([0]);
  // Softmax of one query's products with the keys of its window, computed anew.
  const one = slice(images, [1, 0, 0, 0], [1, 4, 6, 3]);
  const qkv = await (model.qkv.forward(reshape(one, [1, 24, 3]) as Tensor3D).array() as Promise<number[][][]>);
  const [q, keys] = [qkv[0]![8]!.slice(2, 4), [2, 3, 8, 9].map((token) => qkv[0]![token]!.slice(6, 8))];
  const scores = keys.map((key) => Math.exp((q[0]! * key[0]! + q[1]! * key[1]!) / Math.SQRT2));
  const map = windowedHeatmap(plain!, { image: 1, head: 1, from: { row: 1, column: 2 } });
  const sum = scores.reduce((total, score) => total + score, 0);
  for (const [i, token] of [2, 3, 8, 9].entries()) expect(map.values[token]).toBeCloseTo(scores[i]! / sum, 4);
});

test("what tokens are looked at adds up to how many look", async () => {
  for (const block of await windowedAttention(model, images)) {
    const { values } = windowedHeatmap(block, { image: 1 });
    expect(values.reduce((total, value) => total + value, 0)).toBeCloseTo(24, 3);
  }
});

test("what is not there is refused, and attention among all tokens is not taken from windows", async () => {
  const [block] = await windowedAttention(model, images);
  expect(() => windowedHeatmap(block!, { head: 2 })).toThrow("windowedHeatmap: expected a head from 0 to 1, got 2");
  expect(() => windowedHeatmap(block!, { image: 2 })).toThrow("windowedHeatmap: expected a picture from 0 to 1, got 2");
  expect(() => windowedHeatmap(block!, { from: { row: 4, column: 0 } })).toThrow(
    "expected a token among 4 rows and 6 columns",
  );
  await expect(attentionMaps(model, images)).rejects.toThrow(
    "attentionMaps: expected a model whose tokens all look at each other, got one that looks inside of windows",
  );
  await expect(relevance(model, images)).rejects.toThrow("relevance: expected a model whose tokens all look");
  const without = { forward: (pictures: Tensor4D) => model.forward(pictures) };
  await expect(windowedAttention(without, images)).rejects.toThrow("expected a model with attention inside of windows, got one without"); // prettier-ignore
});

test("leaves no tensor behind", () => expectNoLeak(async () => void (await windowedAttention(model, images))));
