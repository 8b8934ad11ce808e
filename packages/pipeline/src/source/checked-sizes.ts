import { type Backbone, type Checkpoint, FormatError, pair, printable, shown, sizeOf } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";

/** Times that a side of pictures may be what a model was made for: what resampled positions are still good for, and more. */
const sideRatio = 4;
/** Of positions, whose number grows with the area. */
const tableRatio = sideRatio ** 2;
/** Pixels that cost nothing, however small the model's own pictures are. */
const smallSide = 512;
/** Times that a head begun anew may have the values of the whole checkpoint. */
const headRatio = 4;
/** Values of a head that cost nothing: 1000 classes of a ViT-L. */
const smallHead = 2 ** 20;

/**
 * Holds a model that was described to the checkpoint that it is loaded from, before anything is resampled or drawn: a config of a
 * line may claim pictures of any size and any number of classes, and the tensors are there. Where else they differ, `load` says so.
 *
 * @throws {FormatError} where positions, a patch's kernel or a head would become far larger than the weights.
 */
export function checkAgainstWeights(model: Backbone, { tensors }: Checkpoint, name: string): void {
  let held = 0;
  for (const { shape } of tensors.values()) held += sizeOf(shape);
  for (const [path, { size, shape }] of model.params()) {
    const stored = tensors.get(path);
    const isHead = model.headPaths.some((head) => path.startsWith(`${head}.`));
    if (isHead ? size <= Math.max(smallHead, headRatio * held) : !stored || !isGrown(shape, stored.shape)) continue;
    throw new FormatError(
      `${printable(name)}: expected a config that fits its weights, got ${path} of [${shape.join(", ")}] for ${stored ? shown(stored.shape) : `${held} values in all`}; correct its image size, patch size or classes`,
    );
  }
}

/** True where an axis stayed and the rest grew beyond what `load` should make of it. */
function isGrown(shape: readonly number[], stored: readonly number[]): boolean {
  const same = shape.at(-1) === stored.at(-1) || (shape[0] === stored[0] && shape[0] !== 1);
  return same && shape.length === stored.length && sizeOf(shape) > tableRatio * sizeOf(stored);
}

/**
 * Holds preprocessing that was read from a file to the model's own size.
 *
 * @throws {FormatError} where pictures would become far larger than the model is made for.
 */
export function checkPreprocessing(
  { size, resize }: Preprocessing,
  { config: { imageSize } }: Backbone,
  name: string,
): void {
  const native = Math.max(...pair(imageSize));
  const resized = "pixels" in resize ? resize.pixels : "height" in resize ? Math.max(resize.height, resize.width) : 0;
  const [largest, most] = [Math.max(...size), Math.max(smallSide, sideRatio * native)];
  if (largest <= most && resized <= sideRatio * most) return;
  throw new FormatError(
    `${printable(name)}: expected pictures of at most ${most} pixels for a model of ${native}, resized to at most ${sideRatio * most}, got ${largest} and ${resized}; correct input_size, crop_pct, size or crop_size`,
  );
}
