import type { Scalar, Tensor4D } from "@tensorflow/tfjs-core";
import type { Context, Module } from "@tessera/core";
import type { Detections } from "./detections.ts";
import type { Targets } from "./matching/targets.ts";
import type { PictureSizes, Pictures } from "./pictures.ts";

/** What a detector takes besides pictures. */
export interface DetectorInputs {
  /** The pixels that are the picture's, where pictures of other sizes are padded to one: see `Pictures`. @default all */
  sizes?: PictureSizes | undefined;
}

/** A model that finds things, whichever way: what training, evaluation and `objectDetector` know of it. */
export interface Detector extends Module {
  /** Lower case, as its family has it: `detr`. */
  readonly family: string;
  readonly config: {
    /** Kinds of objects. */
    readonly classes: number;
  };
  /**
   * What it finds on each picture, in no order. [b, h, w, 3] -> b
   *
   * @throws {ShapeError} if sizes do not fit.
   * @throws {TesseraError} unless there is an original size for each picture.
   */
  detect(images: Tensor4D, pictures: Pictures, ctx?: Context): Promise<Detections[]>;
  /**
   * What training makes least, differentiable in the parameters. It may wait for values midway, so the backend has to be one that can
   * be waited for: any but WebGPU.
   *
   * @throws {TesseraError} for targets that cannot be: see `checkTargets`.
   */
  loss(images: Tensor4D, targets: readonly Targets[], ctx?: Context, inputs?: DetectorInputs): Scalar;
}
