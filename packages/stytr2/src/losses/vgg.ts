import { type Tensor4D, pad, tidy } from "@tensorflow/tfjs-core";
import { type Context, Conv2d, type Description, Module, type Shape, maxPool, within } from "@tessera/core";
import { reflected } from "../drawing.ts";

/** A convolution by its number in the file, and what comes before and after. */
interface Step {
  at: number;
  outputs: number;
  /** The sides are halved before, rounded up. */
  halved?: boolean;
  /** What it gives is one of the features. */
  seen?: boolean;
}

const steps: readonly Step[] = [
  { at: 2, outputs: 64, seen: true },
  { at: 5, outputs: 64 },
  { at: 9, outputs: 128, halved: true, seen: true },
  { at: 12, outputs: 128 },
  { at: 16, outputs: 256, halved: true, seen: true },
  { at: 19, outputs: 256 },
  { at: 22, outputs: 256 },
  { at: 25, outputs: 256 },
  { at: 29, outputs: 512, halved: true, seen: true },
  { at: 32, outputs: 512 },
  { at: 35, outputs: 512 },
  { at: 38, outputs: 512 },
  { at: 42, outputs: 512, halved: true, seen: true },
];

/**
 * The network that the losses look through: VGG-19 (Simonyan and Zisserman 2015) up to `relu5_1` in the form of AdaIN's
 * `vgg_normalised.pth`, whose names its parameters have: a first convolution does the colours, and edges are mirrored. 12,944,972
 * parameters. It is not trained; load the file where one has it: https://github.com/naoto0804/pytorch-AdaIN/releases/tag/v0.0.0
 */
export class LossVgg extends Module {
  /** By their numbers in the file; what has no parameters is missing. */
  readonly self: (Conv2d | undefined)[];

  constructor() {
    super();
    this.self = Array.from({ length: 1 + steps.at(-1)!.at });
    this.self[0] = new Conv2d({ inputs: 3, outputs: 3, size: 1 });
    let channels = 3;
    for (const { at, outputs } of steps) {
      this.self[at] = new Conv2d({ inputs: channels, outputs, size: 3 });
      channels = outputs;
    }
  }

  /**
   * Pictures of 0 to 1: [b, h, w, 3] -> `relu1_1` [b, h, w, 64] to `relu5_1` [b, h / 16, w / 16, 512], rounded up.
   * @throws {ShapeError} for sides below 17 pixels.
   */
  features(images: Tensor4D, ctx: Context = {}): Tensor4D[] {
    return tidy(() => {
      const seen: Tensor4D[] = [];
      let x = this.self[0]!.forward(images, within(ctx, "0"));
      for (const step of steps) {
        const sized = step.halved ? pooled(x) : x;
        x = this.self[step.at]!.forward(reflected(sized), within(ctx, String(step.at)), "relu");
        if (step.seen) seen.push(x);
      }
      return seen;
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    let shape = child(this.self[0]!, input);
    for (const { at, halved = false } of steps) {
      const [b = 1, h = 1, w = 1, c = 1] = shape;
      const [rows, columns] = halved ? [Math.ceil(h / 2), Math.ceil(w / 2)] : [h, w];
      shape = child(this.self[at]!, [b, rows + 2, columns + 2, c]);
    }
    return { output: shape };
  }
}

/** The largest of each four; where a side is odd, of the two or the one that are left. What comes from a ReLU is not below zero. */
function pooled(x: Tensor4D): Tensor4D {
  const [, h, w] = x.shape;
  return maxPool(pad(x, [[0, 0], [0, h % 2], [0, w % 2], [0, 0]]) as Tensor4D, { size: 2 }); // prettier-ignore
}
