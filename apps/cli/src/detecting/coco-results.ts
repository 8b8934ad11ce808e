import type { DetectedObject } from "@tessera/pipeline";
import { nameOf } from "./file-names.ts";

/** An object as COCO's evaluation reads it. */
export interface CocoResult {
  /** The number that the file's name is, or else the name. */
  image_id: number | string;
  /** Output of the model, which a model for COCO has by its ids. */
  category_id: number;
  /** In pixels. */
  bbox: [x: number, y: number, width: number, height: number];
  score: number;
}

/** A picture's objects in COCO's format of results: https://cocodataset.org/#format-results */
export function cocoResults(image: string, objects: readonly DetectedObject[]): CocoResult[] {
  const name = nameOf(image);
  const id = /^\d+$/.test(name) ? Number(name) : name;
  return objects.map(({ index, score, box: { xmin, ymin, xmax, ymax } }) => ({
    image_id: id,
    category_id: index,
    bbox: [xmin, ymin, xmax - xmin, ymax - ymin],
    score,
  }));
}
