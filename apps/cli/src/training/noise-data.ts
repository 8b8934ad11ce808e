import { Random } from "@tessera/core";
import type { TrainingData } from "@tessera/train";

/** The same batch of noise for ever: what it costs to train does not depend on what is seen. */
export function noiseData(shape: readonly [number, number, number, number], classes: number): TrainingData {
  const random = new Random(0);
  const [b, h, w, c] = shape;
  const images = Float32Array.from({ length: b * h * w * c }, () => random.normal());
  const labels = Int32Array.from({ length: b }, () => Math.floor(classes * random.uniform()));
  const batch = { images, shape, labels, indices: Int32Array.from({ length: b }, (_, i) => i) };
  return {
    classes: Array.from({ length: classes }, (_, i) => String(i)),
    length: 1e6 * b,
    async *batches() {
      for (;;) yield batch;
    },
  };
}
