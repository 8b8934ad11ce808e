import { type Tensor4D, concat, reshape, slice, tidy } from "@tensorflow/tfjs-core";
import { type Context, Conv2d, type Description, Module, type Shape, ShapeError, within } from "@tessera/core";

/** A place in the sequence of the official code, which counts paddings, activations and enlargements too. */
interface Step {
  at: number;
  outputs: number;
  /** The sides are doubled before. */
  doubled?: boolean;
}

/** Draws a picture from a map, eight times as wide and high: Deng et al. 2022, section 3.3. */
export class Drawing extends Module {
  /** By their numbers in the official sequence; what has no parameters is missing. */
  readonly self: (Conv2d | undefined)[];
  readonly #steps: readonly Step[];

  constructor(inputs: number, [wide, middle, narrow]: readonly [number, number, number]) {
    super();
    this.#steps = [
      { at: 1, outputs: wide },
      { at: 5, outputs: wide, doubled: true },
      { at: 8, outputs: wide },
      { at: 11, outputs: wide },
      { at: 14, outputs: middle },
      { at: 18, outputs: middle, doubled: true },
      { at: 21, outputs: narrow },
      { at: 25, outputs: narrow, doubled: true },
      { at: 28, outputs: 3 },
    ];
    this.self = Array.from({ length: 1 + this.#steps.at(-1)!.at });
    let channels = inputs;
    for (const { at, outputs } of this.#steps) {
      this.self[at] = new Conv2d({ inputs: channels, outputs, size: 3 });
      channels = outputs;
    }
  }

  /** [b, h, w, d] -> [b, 8h, 8w, 3], not limited to 0 to 1. @throws {ShapeError} for a map of one row or column. */
  forward(map: Tensor4D, ctx: Context): Tensor4D {
    const last = this.#steps.length - 1;
    return tidy(() =>
      this.#steps.reduce((x, { at, doubled = false }, i) => {
        const sized = reflected(doubled ? twice(x) : x);
        return this.self[at]!.forward(sized, within(ctx, String(at)), i < last ? "relu" : "none");
      }, map),
    );
  }

  override describe([b = 1, h = 1, w = 1, d = 1]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    let shape: Shape = [b, h, w, d];
    for (const { at, doubled = false } of this.#steps) {
      const [, rows = 1, columns = 1, channels = 1] = shape;
      const factor = doubled ? 2 : 1;
      shape = child(this.self[at]!, [b, factor * rows + 2, factor * columns + 2, channels]);
    }
    return { output: shape };
  }
}

/** One pixel more at each side, mirrored at the outermost: [b, h, w, c] -> [b, h + 2, w + 2, c] @throws {ShapeError} where there is none to mirror. */
export function reflected(x: Tensor4D): Tensor4D {
  const [, h, w] = x.shape;
  if (h < 2 || w < 2) throw new ShapeError(`reflected: expected a map of two rows and columns or more, got ${h}×${w}`);
  return tidy(() => {
    const tall = concat([slice(x, [0, 1, 0, 0], [-1, 1, -1, -1]), x, slice(x, [0, h - 2, 0, 0], [-1, 1, -1, -1])], 1);
    const left = slice(tall, [0, 0, 1, 0], [-1, -1, 1, -1]);
    return concat([left, tall, slice(tall, [0, 0, w - 2, 0], [-1, -1, 1, -1])], 2) as Tensor4D;
  });
}

/** Each pixel four times: [b, h, w, c] -> [b, 2h, 2w, c] */
function twice(x: Tensor4D): Tensor4D {
  const [b, h, w, c] = x.shape;
  const columns = reshape(x, [b * h * w, 1, c]);
  const rows = reshape(concat([columns, columns], 1), [b * h, 1, 2 * w * c]);
  return reshape(concat([rows, rows], 1), [b, 2 * h, 2 * w, c]);
}
