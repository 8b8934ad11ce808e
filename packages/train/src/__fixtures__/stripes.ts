import { type Tensor2D, type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import { type Context, Linear, Module, Random, dropout, normal } from "@tessera/core";
import type { Batch, TrainingData } from "../data.ts";

const SIDE = 4;

/** Pictures of 4 × 4 with horizontal, vertical or diagonal stripes under noise: learnt in a few steps, and not by chance. */
export function stripes(length: number, { training = false, seed = 0 } = {}): TrainingData {
  const classes = ["horizontal", "vertical", "diagonal"];
  const picture = (index: number, noise: Random): number[] =>
    Array.from({ length: SIDE * SIDE }, (_, at) => {
      const [row, column] = [Math.floor(at / SIDE), at % SIDE];
      const on = [row, column, row + column][index % 3]! % 2;
      return on - 0.5 + 0.5 * noise.normal();
    });
  function batchOf(indices: readonly number[], epoch: number): Batch {
    const pixels = indices.flatMap((index) => picture(index, new Random(`${seed}/${training ? epoch : ""}/${index}`)));
    return {
      images: Float32Array.from(pixels),
      shape: [indices.length, SIDE, SIDE, 1],
      labels: Int32Array.from(indices, (index) => index % 3),
      indices: Int32Array.from(indices),
    };
  }
  return {
    classes,
    length,
    async *batches({ epoch, batchSize, from = 0, signal }) {
      const order = Array.from({ length }, (_, index) => index);
      const random = new Random(`${seed}/order/${epoch}`);
      const keys = order.map(() => random.uniform());
      if (training) order.sort((a, b) => keys[a]! - keys[b]!);
      for (let at = from * batchSize; at < length; at += batchSize) {
        signal?.throwIfAborted();
        const indices = order.slice(at, at + batchSize);
        if (!training || indices.length === batchSize) yield batchOf(indices, epoch);
      }
    },
  };
}

/** Two layers with dropout between them, so that random numbers matter. */
export class Small extends Module {
  override readonly headPaths = ["head"];
  readonly hidden = new Linear(SIDE * SIDE, 8, { init: normal(0.2) });
  readonly head = new Linear(8, 3, { init: normal(0.2) });

  override layerOf(path: string): number {
    return path.startsWith("head.") ? 1 : 0;
  }

  /** [b, 4, 4, 1] -> [b, 3] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => this.head.forward(dropout(this.embed(images, ctx), 0.2, ctx)));
  }

  /** [b, 4, 4, 1] -> [b, 8] */
  embed(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const flat: Tensor2D = reshape(images, [images.shape[0], SIDE * SIDE]);
      return this.hidden.forward(flat, ctx, { activation: "gelu" });
    });
  }
}
