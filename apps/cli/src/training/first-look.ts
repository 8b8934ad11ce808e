import { tensor4d } from "@tensorflow/tfjs-core";
import { type Backbone, initFromImages, pair, takesImages } from "@tessera/core";
import { type Dataset, type Preprocessing, trainingBatches } from "@tessera/data";

/** Pictures that say how pixels vary; fewer where they are large. */
const PICTURES = 1000;
const PIXELS = 2 ** 22;

/** Shows a model that is about to learn some of its training pictures, where a part of it wants them: filters of a whitening. */
export async function firstLook(
  model: Backbone,
  pictures: Dataset,
  options: { preprocessing: Preprocessing; workers?: number | undefined; seed: number; signal: AbortSignal },
): Promise<void> {
  if (!takesImages(model)) return;
  const { signal, ...loading } = options;
  const [height, width] = pair(model.config.imageSize);
  using batches = trainingBatches(pictures, loading);
  const batchSize = Math.max(1, Math.min(PICTURES, Math.floor(PIXELS / (height * width)), pictures.length));
  for await (const { images, shape } of batches.batches({ epoch: 0, batchSize, signal })) {
    const seen = tensor4d(images, [...shape]);
    try {
      await initFromImages(model, seen);
    } finally {
      seen.dispose();
    }
    return;
  }
}
