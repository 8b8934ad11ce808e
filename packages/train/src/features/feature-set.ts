import { tidy } from "@tensorflow/tfjs-core";
import { type Backbone, Random } from "@tessera/core";
import type { Batch, TrainingData } from "../data.ts";
import { batchTensors } from "../fit/batch-tensors.ts";
import { eventLoopTurn } from "../fit/event-loop.ts";

/** What a model makes of each picture of a data set, before its head. */
export interface FeatureSet {
  classes: readonly string[];
  /** [pictures, width] */
  values: Float32Array;
  width: number;
  /** A class per picture. */
  labels: Int32Array;
}

export interface ExtractOptions {
  /** @default 256 */
  batchSize?: number;
  /** Stops between two batches. */
  signal?: AbortSignal;
  /** Told after each batch. */
  onProgress?: (progress: { images: number; total: number }) => void;
}

/** Runs a model over a data set once, for a head that is trained on what it finds. Give data that are not augmented. */
export async function extractFeatures(
  model: Pick<Backbone, "embed">,
  data: TrainingData,
  { batchSize = 256, signal, onProgress }: ExtractOptions = {},
): Promise<FeatureSet> {
  const rows: Float32Array[] = [];
  const labels: number[] = [];
  for await (const batch of data.batches({ epoch: 0, batchSize, signal })) {
    signal?.throwIfAborted();
    const { images, targets } = batchTensors(batch, data.classes.length);
    const features = tidy(() => model.embed(images));
    rows.push(Float32Array.from(await features.data<"float32">()));
    labels.push(...batch.labels);
    for (const tensor of [images, targets, features]) tensor.dispose();
    onProgress?.({ images: labels.length, total: data.length });
    await eventLoopTurn();
  }
  const values = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    values.set(row, at);
    at += row.length;
  }
  return { classes: data.classes, values, width: values.length / labels.length, labels: Int32Array.from(labels) };
}

/**
 * Features as data: "pictures" of [1, 1, width]. To train on, their order follows from the seed and the epoch, and the last
 * short batch is dropped.
 */
export function featureData(
  { classes, values, width, labels }: FeatureSet,
  { training = false, seed = 0 }: { training?: boolean; seed?: number | string } = {},
): TrainingData {
  function batchOf(indices: Int32Array): Batch {
    const images = new Float32Array(indices.length * width);
    for (const [row, index] of indices.entries()) images.set(values.subarray(index * width, (index + 1) * width), row * width); // prettier-ignore
    return { images, shape: [indices.length, 1, 1, width], labels: indices.map((index) => labels[index]!), indices };
  }
  return {
    classes,
    length: labels.length,
    async *batches({ epoch, batchSize, from = 0, signal }) {
      const order = Int32Array.from(labels, (_, index) => index);
      if (training) shuffle(order, new Random(seed).fork(`features/${epoch}`));
      for (let at = from * batchSize; at < order.length; at += batchSize) {
        signal?.throwIfAborted();
        const indices = order.slice(at, at + batchSize);
        if (!training || indices.length === batchSize) yield batchOf(indices);
      }
    },
  };
}

/** Fisher and Yates's, in place. */
function shuffle(values: Int32Array, random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
}
