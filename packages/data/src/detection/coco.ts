import { FormatError, shown } from "@tessera/core";
import { isSide } from "../rgb-image.ts";
import type { Size } from "../placement.ts";
import type { AnnotatedObject } from "./annotated-pictures.ts";
import type { PixelBox } from "./detection-dataset.ts";

/** What COCO's JSON says: its pictures by the names of their files. */
export interface CocoAnnotations {
  /** By rising id. */
  readonly classes: readonly string[];
  readonly pictures: readonly { readonly fileName: string; readonly size: Size; readonly objects: AnnotatedObject[] }[];
}

type Fields = Readonly<Record<string, unknown>>;

/** True for COCO's form: lists of pictures and of classes, with annotations or without. */
export function isCoco(document: Fields): boolean {
  return Array.isArray(document["images"]) && Array.isArray(document["categories"]);
}

/**
 * Objects as COCO's JSON has them. Ids may have gaps, and pictures no object.
 *
 * @throws FormatError for fields that are none, ids that come twice, and annotations of a picture or class that there is not.
 * @see https://cocodataset.org/#format-data
 */
export function readCoco(document: Fields, where: string): CocoAnnotations {
  const names = new Map<unknown, string>();
  const taken = new Set<string>();
  for (const [i, category] of list(document, "categories", where).entries()) {
    const { id, name } = category;
    if (!isId(id) || typeof name !== "string" || names.has(id) || taken.has(name))
      throw wrong(where, `categories[${i}]`, "an id and a name of its own", category);
    names.set(id, name);
    taken.add(name);
  }
  const pictures = new Map<unknown, CocoAnnotations["pictures"][number]>();
  for (const [i, image] of list(document, "images", where).entries()) {
    const { id, file_name: fileName, width, height } = image;
    if (!isId(id) || typeof fileName !== "string" || pictures.has(id))
      throw wrong(where, `images[${i}]`, "an id of its own and a file_name", image);
    if (!isSide(width as number) || !isSide(height as number))
      throw wrong(where, `images[${i}]`, "a width and height of at least 1", image);
    pictures.set(id, { fileName, size: { width: width as number, height: height as number }, objects: [] });
  }
  for (const [i, annotation] of list(document, "annotations", where).entries()) {
    const { image_id: image, category_id: category, bbox, area, iscrowd } = annotation;
    const [picture, name] = [pictures.get(image), names.get(category)];
    if (!picture) throw wrong(where, `annotations[${i}]`, "an image_id among the images", image);
    if (name === undefined) throw wrong(where, `annotations[${i}]`, "a category_id among the categories", category);
    if (!isBox(bbox)) throw wrong(where, `annotations[${i}]`, "a bbox of four numbers", bbox);
    picture.objects.push({
      name,
      box: bbox,
      ...(typeof area === "number" && area > 0 && { area }),
      isCrowd: iscrowd === 1 || iscrowd === true,
    });
  }
  const classes = [...names].sort(([a], [b]) => ((a as number) < (b as number) ? -1 : 1)).map(([, name]) => name);
  return { classes, pictures: [...pictures.values()] };
}

function list(document: Fields, field: string, where: string): Fields[] {
  const value = document[field];
  if (Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null)) return value as Fields[];
  throw new FormatError(`${where}: expected ${field} as a list of objects, got ${shown(value)}`);
}

function isId(value: unknown): boolean {
  return typeof value === "number" || typeof value === "string";
}

function isBox(value: unknown): value is PixelBox {
  return Array.isArray(value) && value.length === 4 && value.every((one) => typeof one === "number");
}

function wrong(where: string, what: string, wanted: string, got: unknown): FormatError {
  return new FormatError(`${where}: expected ${what} with ${wanted}, got ${shown(got)}`);
}
