import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Backbone, TesseraError } from "@tessera/core";
import { type RgbImage, decodeImage, frameImage, preprocessBatch, seenPart } from "@tessera/data";
import {
  type AttentionMaps,
  type Explained,
  type Heatmap,
  type WindowedBlock,
  attentionDistance,
  attentionMaps,
  attentionRollout,
  compactAttention,
  gradCam,
  logitLens,
  positionSimilarity,
  positionTable,
  relevance,
  windowedAttention,
} from "@tessera/explain";
import type { LoadedModel } from "@tessera/pipeline";
import type { Insight, MapName, ShownSide, Stage } from "./calls.ts";
import { tokenNumbers } from "./token-numbers.ts";
import { yieldToMessages } from "./yield-to-messages.ts";

export interface SeenOptions {
  /** The class that is explained. */
  target: number;
  /** Bytes of attention that are kept; heads are fused where it would be more. */
  limit?: number | undefined;
  signal: AbortSignal;
  onProgress: (stage: Stage) => void;
}

/**
 * What a model does with a picture, on whatever backend is set.
 * @throws {TesseraError} if there is no such class.
 */
export async function seenInside(
  { model, preprocessing, labels }: Pick<LoadedModel, "model" | "preprocessing" | "labels">,
  image: RgbImage,
  { target, limit, signal, onProgress }: SeenOptions,
): Promise<Omit<Insight, "top" | "target">> {
  const next = async (stage: Stage["stage"]) => {
    onProgress({ stage });
    await yieldToMessages();
    signal.throwIfAborted();
  };
  const [height, width] = preprocessing.size;
  const input = preprocessBatch([image], preprocessing);
  try {
    await next("Watching its attention");
    const { maps, why } = await attentionOf(model, input);
    const windows = maps ? undefined : await windowsOf(model, input, limit);
    await next("Asking what speaks for the answer");
    const shown = await mapsOf(model, input, maps, target);
    await next("Reading its tokens");
    const lens = await lensOf(model, input);
    const [{ rows, columns }] = Object.values(shown) as [Heatmap];
    return {
      picture: { width: image.width, height: image.height },
      frame: seenPart(image, preprocessing),
      seen: { width, height, data: Uint8ClampedArray.from(frameImage(image, preprocessing).data) },
      stem: stemOf(model, height, rows),
      grid: [rows, columns],
      attention: maps && compactAttention(maps, limit),
      withoutAttention: windows ? undefined : why,
      windows,
      maps: shown,
      distances: maps ? attentionDistance(maps, [height / rows, width / columns]) : [],
      positions: await positionsOf(model, input),
      tokens: await tokenNumbers(model, input),
      lens: lens.map((scores) => {
        const best = scores.indexOf(Math.max(...scores));
        return { label: labels[best]!, score: scores[best]!, target: scores[target]! };
      }),
    };
  } finally {
    input.dispose();
  }
}

/**
 * What of a picture speaks for a class: relevance, or Grad-CAM where a model has no attention. One forward and one backward.
 * @throws {TesseraError} if the picture cannot be read.
 */
export async function reasonOf(
  { model, preprocessing }: Pick<LoadedModel, "model" | "preprocessing">,
  picture: Blob,
  target: number,
): Promise<ShownSide> {
  const image = await decodeImage(picture);
  const input = preprocessBatch([image], preprocessing);
  try {
    const relevant = await orWhy(
      () => relevance(model, input, { target }),
      () => undefined,
    );
    const [map] = relevant ?? (await gradCam(model, input, { target }));
    return {
      picture: { width: image.width, height: image.height },
      frame: seenPart(image, preprocessing),
      name: relevant ? "relevance" : "gradCam",
      map: map!,
    };
  } finally {
    input.dispose();
  }
}

/** By a model's weights: where one kernel is as large as its patches, it cuts the picture into them. */
function stemOf(model: Backbone, height: number, rows: number): Insight["stem"] {
  if (model.params().has("pixel_embed.proj.weight")) return "words";
  const [, , side, width] = model.params().get("patch_embed.proj.weight")?.shape ?? [];
  return width !== undefined && side === height / rows ? "patches" : "convolutions";
}

/** Attention among all tokens, or why there is none. */
async function attentionOf(model: Explained, input: Tensor4D): Promise<{ maps?: AttentionMaps; why?: string }> {
  return orWhy(
    async () => ({ maps: await attentionMaps(model, input) }),
    (why) => ({ why }),
  );
}

/** Attention inside windows; heads are fused, by their mean, where all of them would be more than `limit` bytes. */
async function windowsOf(model: Explained, input: Tensor4D, limit = 24e6): Promise<WindowedBlock[] | undefined> {
  const blocks = await orWhy(
    () => windowedAttention(model, input),
    () => undefined,
  );
  const bytes = blocks?.reduce((sum, { values }) => sum + values.byteLength, 0) ?? 0;
  return bytes > limit ? blocks?.map(fused) : blocks;
}

/** [b · windows, heads, area, area] -> [b · windows, 1, area, area] */
function fused({ heads, area, values, ...block }: WindowedBlock): WindowedBlock {
  const size = area * area;
  const means = new Float32Array(values.length / heads);
  for (const [i, value] of values.entries())
    means[Math.floor(i / (heads * size)) * size + (i % size)]! += value / heads;
  return { ...block, heads: 1, area, values: means };
}

async function mapsOf(
  model: Explained,
  input: Tensor4D,
  maps: AttentionMaps | undefined,
  target: number,
): Promise<Partial<Record<MapName, Heatmap>>> {
  if (!maps) return { gradCam: (await gradCam(model, input, { target }))[0]! };
  return { relevance: (await relevance(model, input, { target }))[0]!, rollout: attentionRollout(maps)[0]! };
}

/** Probabilities after each block. */
async function lensOf(model: Explained, input: Tensor4D): Promise<number[][]> {
  const views = await orWhy(
    () => logitLens(model, input),
    () => [],
  );
  return views.map(({ logits }) => {
    const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = Array.from(logits, (logit) => Math.exp(logit - top));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
}

async function positionsOf(
  model: Explained,
  { shape: [, height, width] }: Tensor4D,
): Promise<Float32Array | undefined> {
  return orWhy(
    async () => {
      const { table, grid } = positionTable(model, [height, width]);
      const found = await positionSimilarity(table, { grid });
      table.dispose();
      return found;
    },
    () => undefined,
  );
}

/** What a model cannot be asked is no failure: the rest is shown without. */
async function orWhy<T, Other>(ask: () => Promise<T>, without: (why: string) => Other): Promise<T | Other> {
  try {
    return await ask();
  } catch (error) {
    if (TesseraError.isInstance(error)) return without(error.message);
    throw error;
  }
}
