import { FormatError, shown } from "@tessera/core";
import { isSide } from "../rgb-image.ts";
import type { Size } from "../placement.ts";
import type { AnnotatedObject } from "./annotated-pictures.ts";
import { type Point, boxAround } from "./box-around.ts";

/** What a file of labelme says of its picture. */
export interface LabelmeAnnotations {
  /** Relative to the file. */
  readonly fileName: string;
  readonly size: Size;
  readonly objects: readonly AnnotatedObject[];
}

type Fields = Readonly<Record<string, unknown>>;

/** True for labelme's form: a list of shapes, and the picture that they are on. */
export function isLabelme(document: Fields): boolean {
  return Array.isArray(document["shapes"]) && typeof document["imagePath"] === "string";
}

/**
 * Objects as labelme's JSON has them: the boxes around its shapes. A point has no area, and so no box.
 *
 * @throws FormatError for fields that are none.
 * @see https://github.com/wkentaro/labelme
 */
export function readLabelme(document: Fields, where: string): LabelmeAnnotations {
  const { imagePath, imageWidth: width, imageHeight: height } = document;
  if (!isSide(width as number) || !isSide(height as number))
    throw new FormatError(
      `${where}: expected imageWidth and imageHeight of at least 1, got ${shown(width)} and ${shown(height)}`,
    );
  return {
    fileName: String(imagePath),
    size: { width: width as number, height: height as number },
    objects: (document["shapes"] as unknown[]).map((shape, i): AnnotatedObject => {
      const { label, points, shape_type: type } = (shape ?? {}) as Fields;
      if (typeof label !== "string" || !Array.isArray(points) || points.length === 0 || !points.every(isPoint))
        throw new FormatError(`${where}: expected shapes[${i}] with a label and points, got ${shown(shape)}`);
      return { name: label, box: boxAround(type === "circle" ? circle(points) : points) };
    }),
  };
}

/** Corners around a circle of a centre and a point of its edge. */
function circle([centre = [0, 0], edge = centre]: readonly Point[]): Point[] {
  const radius = Math.hypot(edge[0] - centre[0], edge[1] - centre[1]);
  return [-radius, radius].map((side): Point => [centre[0] + side, centre[1] + side]);
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "number");
}
