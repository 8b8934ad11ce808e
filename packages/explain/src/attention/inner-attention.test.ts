import { type Tensor2D, type Tensor4D, mean, softmax, tensor4d } from "@tensorflow/tfjs-core";
import { type Context, Linear, Module, Random } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { innerAttention } from "./inner-attention.ts";

const random = new Random(1);
/** [patches, heads, words, words] of two blocks. */
const blocks = [0, 1].map(() =>
  softmax(
    tensor4d(
      Array.from({ length: 6 * 2 * 16 }, () => random.normal()),
      [6, 2, 4, 4],
    ),
  ),
);

/** Offers inner attention as a TNT of 2×3 patches of 2×2 words does. */
class Inner extends Module {
  readonly prefix = 1;
  readonly pixelEmbed = { gridOf: (): [number, number] => [2, 3], words: [2, 2] as const };
  readonly head = new Linear(3, 2);
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    for (const [i, weights] of blocks.entries()) ctx.capture?.(`blocks.${i}.attn_in.weights`, () => weights.clone());
    return this.head.forward(mean(images, [1, 2]) as Tensor2D);
  }
}

const model = new Inner().init(1);
const image = tensor4d(new Float32Array(4 * 6 * 3), [1, 4, 6, 3]);

test("says for each head how much the words of one patch are looked at", async () => {
  const heads = await innerAttention(model, image, { patch: { row: 1, column: 2 }, block: 0 });
  expect(heads.map(({ rows, columns }) => [rows, columns])).toEqual([[2, 2], [2, 2]]); // prettier-ignore
  const all = await blocks[0]!.array();
  for (const [head, { values }] of heads.entries()) {
    for (const [word, value] of values.entries()) {
      const received = all[5]![head]!.reduce((sum, row) => sum + row[word]!, 0) / 4;
      expect(value).toBeCloseTo(received, 5);
    }
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  }
});

test("refuses patches and blocks that are not there, and leaves no tensor behind", async () => {
  const patch = { row: 0, column: 0 };
  await expect(innerAttention(model, image, { patch: { row: 2, column: 0 } })).rejects.toThrow(
    "innerAttention: expected a patch among 2 rows and 3 columns, from 0, got row 2, column 0",
  );
  await expect(innerAttention(model, image, { patch, block: 2 })).rejects.toThrow(
    "expected a block from 0 to 1, got 2",
  );
  await expectNoLeak(async () => void (await innerAttention(model, image, { patch })));
});
