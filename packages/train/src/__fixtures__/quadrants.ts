import { type Scalar, type Tensor2D, type Tensor3D, type Tensor4D, dispose, reshape, sigmoid, slice, tidy } from "@tensorflow/tfjs-core"; // prettier-ignore
import { type Context, Linear, Module, Random, dropout, normal } from "@tessera/core";
import { type Detections, type Detector, type DetectorInputs, type Pictures, type Targets, setLoss, toCorners } from "@tessera/detection"; // prettier-ignore
import type { DetectionBatch, TrainingData, TrueObject } from "../data.ts";

const SIDE = 8;
const QUERIES = 2;
const CLASSES = 2;

/** Pictures of 8 × 8 with a dark or bright square in a quarter, some with nothing, in frames that are larger: learnt in a few steps. */
export function quadrants(length: number, { seed = 0 } = {}): TrainingData<DetectionBatch> {
  function picture(index: number): { pixels: number[]; objects: TrueObject[] } {
    const random = new Random(`${seed}/${index}`);
    const [left, top] = [random, random].map((one) => (one.uniform() < 0.5 ? 1 : 5)) as [number, number];
    const [label, isEmpty] = [random.uniform() < 0.5 ? 0 : 1, random.uniform() < 0.1];
    const pixels = Array.from({ length: SIDE * SIDE }, (_, at) => {
      const [row, column] = [Math.floor(at / SIDE), at % SIDE];
      const isInside = row >= top && row < top + 2 && column >= left && column < left + 2;
      return (isInside && !isEmpty ? 2 * label - 1 : 0) + 0.05 * random.normal();
    });
    return { pixels, objects: isEmpty ? [] : [{ label, box: [2 * left, 2 * top, 4, 4], area: 16, isCrowd: false }] };
  }
  return {
    classes: ["dark", "bright"],
    length,
    async *batches({ epoch, batchSize, from = 0, signal }) {
      for (let at = from * batchSize; at < length; at += batchSize) {
        signal?.throwIfAborted();
        const indices = Int32Array.from({ length: Math.min(batchSize, length - at) }, (_, i) => (at + i + epoch) % length);
        const pictures = Array.from(indices, picture);
        yield {
          images: Float32Array.from(pictures.flatMap(({ pixels }) => pixels)),
          shape: [indices.length, SIDE, SIDE, 1],
          sizes: pictures.map(() => [SIDE, SIDE]),
          originals: pictures.map(() => [2 * SIDE, 2 * SIDE]),
          targets: pictures.map(({ objects }) => ({
            labels: Int32Array.from(objects, ({ label }) => label),
            boxes: Float32Array.from(objects.flatMap(({ box: [x, y, w, h] }) => [(x + w / 2) / 16, (y + h / 2) / 16, w / 16, h / 16])), // prettier-ignore
          })),
          objects: pictures.map(({ objects }) => objects),
          indices,
        };
      }
    },
  };
}

/** The smallest detector: two layers, from pixels to what two queries say, with dropout between. */
export class Finder extends Module implements Detector {
  readonly family = "finder";
  readonly config = { classes: CLASSES };
  readonly hidden = new Linear(SIDE * SIDE, 32, { init: normal(0.2) });
  readonly head = new Linear(32, QUERIES * (CLASSES + 1 + 4), { init: normal(0.1) });

  async detect(images: Tensor4D, { originals }: Pictures): Promise<Detections[]> {
    const { logits, boxes } = tidy(() => this.predictions(images, {}));
    const [scores, values] = [await logits.data(), await boxes.data()];
    dispose([logits, boxes]);
    return originals.map(([height, width], picture) => {
      const rows = Array.from({ length: QUERIES }, (_, q) => [...scores.subarray((picture * QUERIES + q) * 3, (picture * QUERIES + q + 1) * 3)]); // prettier-ignore
      const powers = rows.map((row) => row.map(Math.exp));
      const corners = toCorners(values.subarray(picture * QUERIES * 4, (picture + 1) * QUERIES * 4));
      return {
        labels: Int32Array.from(rows, ([dark, bright]) => (dark! > bright! ? 0 : 1)),
        scores: Float32Array.from(powers, ([a, b, c]) => Math.max(a!, b!) / (a! + b! + c!)),
        boxes: corners.map((at, i) => at * (i % 2 === 0 ? width : height)),
      };
    });
  }

  loss(images: Tensor4D, targets: readonly Targets[], ctx: Context = {}, { sizes }: DetectorInputs = {}): Scalar {
    if (sizes?.some(([height]) => height !== SIDE)) throw new Error("expected the sizes of the pictures");
    return tidy(() => setLoss([this.predictions(images, ctx)], targets));
  }

  private predictions(images: Tensor4D, ctx: Context): { logits: Tensor3D; boxes: Tensor3D } {
    const b = images.shape[0];
    const flat: Tensor2D = reshape(images, [b, SIDE * SIDE]);
    const hidden = dropout(this.hidden.forward(flat, ctx, { activation: "relu" }), 0.05, ctx);
    const all: Tensor3D = reshape(this.head.forward(hidden, ctx), [b, QUERIES, CLASSES + 5]);
    return {
      logits: slice(all, [0, 0, 0], [b, QUERIES, CLASSES + 1]),
      boxes: sigmoid(slice(all, [0, 0, CLASSES + 1], [b, QUERIES, 4])),
    };
  }
}
