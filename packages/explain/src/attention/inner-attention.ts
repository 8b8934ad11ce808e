import { type Tensor4D, keep, tidy } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { type Explained, layoutOf } from "../explained.ts";
import type { Heatmap } from "../heatmap.ts";

export interface InnerAttentionOptions {
  /** The patch that is looked into, by its place, from 0. */
  patch: { row: number; column: number };
  /** From 0, negative from the end. @default the last */
  block?: number;
}

/**
 * Attention among the words inside one patch of a TNT: how much each word is looked at by the others, for every head. Han et al. 2021.
 *
 * @param image [1, h, w, c]
 * @returns a map of the patch's words for each head.
 * @throws {TesseraError} if the model has no inner attention, or there is no such block or patch.
 */
export async function innerAttention(
  model: Explained,
  image: Tensor4D,
  { patch, block = -1 }: InnerAttentionOptions,
): Promise<Heatmap[]> {
  const found: Tensor4D[] = [];
  tidy(() => {
    model.forward(image, {
      capture(path, compute) {
        if (path.endsWith("attn_in.weights")) found.push(keep(compute().clone()) as Tensor4D);
      },
    });
  });
  try {
    const [first] = found;
    if (!first)
      throw new TesseraError("innerAttention: expected a TNT, got a model without attention inside of its patches");
    const weights = found.at(Number.isInteger(block) ? block : found.length);
    if (!weights)
      throw new TesseraError(`innerAttention: expected a block from 0 to ${found.length - 1}, got ${block}`);
    const [patches, heads, words] = weights.shape;
    const { grid: [rows, columns] } = layoutOf(model, image, patches + (model.prefix ?? 0)); // prettier-ignore
    const { row, column } = patch;
    if (![row, column].every(Number.isInteger) || row < 0 || column < 0 || row >= rows || column >= columns) {
      throw new TesseraError(
        `innerAttention: expected a patch among ${rows} rows and ${columns} columns, from 0, got row ${row}, column ${column}`,
      );
    }
    const size = words * words;
    const from = (row * columns + column) * heads * size;
    const values = (await weights.data<"float32">()).subarray(from, from + heads * size);
    const [down, across] = wordsOf(model, words);
    return Array.from({ length: heads }, (_, head) => {
      const received = new Float32Array(words);
      for (let i = 0; i < size; i++) received[i % words]! += values[head * size + i]! / words;
      return { values: received, rows: down, columns: across };
    });
  } finally {
    for (const weights of found) weights.dispose();
  }
}

function wordsOf({ pixelEmbed }: Explained, words: number): readonly [number, number] {
  const grid = (pixelEmbed as { words?: readonly [number, number] } | undefined)?.words;
  return grid ?? [Math.round(Math.sqrt(words)), Math.round(Math.sqrt(words))];
}
