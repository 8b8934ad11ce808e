import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { None, Op } from "./op.ts";

/** For each output of an axis the inputs that it sums up. */
interface AxisWeights {
  /** First input. */
  readonly first: Int32Array;
  /** How many inputs. */
  readonly count: Int32Array;
  /** [outputs, taps]: in units of 2^-22; those beyond `count` are zero. */
  readonly weights: Int32Array;
  readonly taps: number;
}

/** What its kernels are told; they know no rules of resizing, only weighted sums. */
export interface PreprocessAttrs {
  /** A picture that the backend reads where it lies, or its bytes [height, width, 4], of whose alpha nothing is made. */
  readonly picture: {
    readonly width: number;
    readonly height: number;
    readonly source: ImageBitmap | Uint8ClampedArray;
  };
  /** Pixels of the result. */
  readonly size: readonly [height: number, width: number];
  /** Of each column and each row that is computed. */
  readonly across: AxisWeights;
  readonly down: AxisWeights;
  /** Rows of the picture that `down` reads. */
  readonly rows: { readonly start: number; readonly length: number };
  /** Where in the result the first computed column and row lie. */
  readonly left: number;
  readonly top: number;
  /** Bytes around them: red, green, blue. */
  readonly fill: readonly number[];
  /** [3, 256]: the value of each byte, by channel. */
  readonly table: Float32Array;
}

/**
 * A picture resampled in fixed point, columns and then rows, each rounded to a byte; cut, padded and looked up in the table:
 * [1, h, w, 3]. What decodes pictures asks for it, and has a way of its own where a backend has no kernel.
 */
export const preprocessOp: Op<None, PreprocessAttrs, Tensor4D> = {
  name: "TesseraPreprocess",
  inputs: {},
  gradients: [],
};
