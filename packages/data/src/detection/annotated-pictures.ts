import { FormatError, listed, printable } from "@tessera/core";
import { checkIndex, readPicture } from "../datasets/stored-pictures.ts";
import { fileName, type StoredFile } from "../files/stored-file.ts";
import type { Size } from "../placement.ts";
import type { BoxedObject, DetectionDataset, PixelBox } from "./detection-dataset.ts";

/** A thing as a file describes it. */
export interface AnnotatedObject {
  readonly name: string;
  /** In pixels of the size that the file has for the picture; in shares of the picture where it has none. */
  readonly box: PixelBox;
  readonly area?: number;
  readonly isCrowd?: boolean;
}

/** A picture as a file describes it. */
export interface AnnotatedPicture {
  readonly file: StoredFile;
  /** As the annotations have it. @default unknown: boxes are shares of the picture */
  readonly size?: Size;
  readonly objects: readonly AnnotatedObject[];
}

/** What a box may reach beyond its picture, as a share of the side, before it counts as one that does: files round. */
const ROUNDING = 1e-3;

/** Names of classes in an error. */
const mostListed = 5;

/**
 * A data set of pictures and what files say of them. Boxes without an area on their picture are left out.
 *
 * @throws FormatError for no pictures, no object on any of them, a class that there is not, and for boxes with a number
 *   that is not finite.
 */
export function annotatedPictures(
  where: string,
  pictures: readonly AnnotatedPicture[],
  classes: readonly string[],
): DetectionDataset {
  if (pictures.length === 0) throw new FormatError(`${where}: expected pictures with annotations, got none`);
  const places = new Map(classes.map((name, place) => [name, place]));
  let [beyond, empty, count] = [0, 0, 0];
  const kept = pictures.map(({ objects, size, file }) => {
    const frame = size ?? { width: 1, height: 1 };
    return objects.filter(({ name, box }) => {
      if (!places.has(name))
        throw new FormatError(
          `${where}: expected objects among ${listed(classes, mostListed)}, got ${printable(name)} on ${printable(file.path)}; rename it, or pass the classes that it is of`,
        );
      if (!box.every(Number.isFinite))
        throw new FormatError(
          `${where}: expected boxes of finite numbers, got [${box.join(", ")}] for ${printable(name)} on ${printable(file.path)}; mend it or leave it out`,
        );
      const [, , width, height] = withinPicture(box, frame);
      if (width <= 0 || height <= 0) {
        empty++;
        return false;
      }
      if (reachesBeyond(box, frame)) beyond++;
      count++;
      return true;
    });
  });
  if (count === 0)
    throw new FormatError(
      `${where}: expected an object on a picture, got none on ${pictures.length} of them; there is nothing to find`,
    );
  const { length } = pictures;
  const fileOf = (index: number) => pictures[checkIndex(index, length)]!.file;
  return {
    classes,
    length,
    objects: count,
    beyond,
    empty,
    nameOf: (index) => fileName(fileOf(index)),
    read: (index, signal) => readPicture(fileOf(index), signal),
    locate: fileOf,
    objectsOf(index, picture) {
      const [across, down] = scalesOf(pictures[checkIndex(index, length)]!, picture);
      return kept[index]!.map(({ name, box: [x, y, w, h], area, isCrowd = false }): BoxedObject => {
        const box = [x * across, y * down, w * across, h * down] as const;
        const own = area === undefined ? box[2] * box[3] : area * across * down;
        return { label: places.get(name)!, box, area: own, isCrowd };
      });
    },
  };
}

/** What brings the annotations' boxes to the picture's pixels. */
function scalesOf({ size, file }: AnnotatedPicture, { width, height }: Size): [across: number, down: number] {
  if (!size) return [width, height];
  // A picture may have been made smaller since, to whole pixels; one that was turned has other proportions.
  const apart = Math.abs(size.width * height - size.height * width);
  if (apart > Math.max(size.width, size.height, width, height))
    throw new FormatError(
      `${fileName(file)}: expected a picture of ${size.width}×${size.height}, as its annotations have it, got one of ${width}×${height}; was it turned or cut?`,
    );
  return [width / size.width, height / size.height];
}

/** What of a box lies on the picture; without an area where nothing does. */
export function withinPicture([x, y, w, h]: PixelBox, { width, height }: Size): PixelBox {
  const [left, top] = [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))];
  const [right, bottom] = [Math.min(width, Math.max(0, x + w)), Math.min(height, Math.max(0, y + h))];
  return [left, top, right - left, bottom - top];
}

function reachesBeyond([x, y, w, h]: PixelBox, { width, height }: Size): boolean {
  const [across, down] = [width * ROUNDING, height * ROUNDING];
  return x < -across || y < -down || x + w > width + across || y + h > height + down;
}
