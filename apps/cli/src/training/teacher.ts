import { type Tensor2D, type Tensor4D, add, mul, tensor1d, tidy } from "@tensorflow/tfjs-core";
import { TesseraError, resize } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import type { Job } from "./job.ts";
import { loadTrained } from "./load-trained.ts";

/** A model that shows another what it knows. */
export interface Teacher {
  /** The student's images [b, h, w, 3] -> logits [b, classes] */
  forward: (images: Tensor4D) => Tensor2D;
  dispose(): void;
}

/**
 * Loads a teacher: a run of `tessera train`, or anything that `--model` takes elsewhere. It sees the student's pictures as
 * it was trained to see them.
 *
 * @throws {TesseraError} if it knows other classes.
 */
export async function loadTeacher(spec: string, { parts, preprocessing, signal }: Job): Promise<Teacher> {
  const { model, labels, preprocessing: own, name } = await loadTrained({ model: spec }, signal);
  const { classes } = parts.train;
  if (labels.join("\n") !== classes.join("\n")) {
    model.dispose();
    throw new TesseraError(
      `--teacher: expected a model of the classes ${classes.slice(0, 12).join(", ")}, got ${name} of ${labels.slice(0, 12).join(", ")}`,
    );
  }
  return {
    forward: (images) => tidy(() => model.forward(seenBy(images, preprocessing, own))),
    dispose: () => model.dispose(),
  };
}

/** Pictures that were normalised for one model as another wants them; bilinear where it wants another size. */
function seenBy(images: Tensor4D, from: Preprocessing, to: Preprocessing): Tensor4D {
  const [height, width] = to.size;
  const sized =
    images.shape[1] === height && images.shape[2] === width ? images : resize(images, [height, width], "bilinear");
  const factors = to.std.map((std, i) => (from.std[i]! / std) * (to.scale / from.scale));
  const shifts = to.std.map((std, i) => ((from.mean[i]! * to.scale) / from.scale - to.mean[i]!) / std);
  const same =
    factors.every((factor) => Math.abs(factor - 1) < 1e-6) && shifts.every((shift) => Math.abs(shift) < 1e-6);
  return same ? sized : add(mul(sized, tensor1d(factors)), tensor1d(shifts));
}
