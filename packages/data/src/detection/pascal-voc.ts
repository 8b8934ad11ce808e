import { FormatError, printable } from "@tessera/core";
import { SaxesParser } from "saxes";
import type { Size } from "../placement.ts";
import type { AnnotatedObject } from "./annotated-pictures.ts";

/** What a file of Pascal VOC says of its picture. */
export interface VocAnnotations {
  /** As `<filename>` has it; undefined where there is none. */
  readonly fileName: string | undefined;
  readonly size: Size;
  readonly objects: readonly AnnotatedObject[];
}

/**
 * Objects as Pascal VOC's XML has them. Its pixels are counted from 1, the last included, so that a box that begins at 1 begins at
 * the picture's edge, as detectron2 takes it; objects that are marked difficult are objects.
 *
 * @throws FormatError for what is no such XML, and for sizes and boxes that are no numbers.
 * @see http://host.robots.ox.ac.uk/pascal/VOC/voc2012/devkit_doc.pdf
 */
export function readVoc(xml: string, where: string): VocAnnotations {
  const root = parsed(xml, where);
  if (root.name !== "annotation")
    throw new FormatError(`${where}: expected <annotation> with objects, got <${printable(root.name)}>`);
  const [width, height] = ["width", "height"].map((side) => number(tag(root, "size"), side, `${where}: <size>`)) as [number, number]; // prettier-ignore
  if (!(width >= 1 && height >= 1))
    throw new FormatError(`${where}: expected a <size> of at least 1, got ${width}×${height}`);
  const objects = root.tags.filter(({ name }) => name === "object");
  return {
    fileName: tag(root, "filename")?.text.trim() || undefined,
    size: { width, height },
    objects: objects.map((object, i): AnnotatedObject => {
      const at = `${where}: object ${i + 1}`;
      const name = tag(object, "name")?.text.trim();
      if (!name) throw new FormatError(`${at}: expected a <name>, got none`);
      const box = tag(object, "bndbox");
      const [left, top, right, bottom] = ["xmin", "ymin", "xmax", "ymax"].map((side) => number(box, side, at)) as [number, number, number, number]; // prettier-ignore
      return { name, box: [left - 1, top - 1, right - left + 1, bottom - top + 1] };
    }),
  };
}

interface Tag {
  readonly name: string;
  readonly tags: Tag[];
  text: string;
}

/** The document's tags and texts. Entities of its own are an error: they are no part of the form, and may grow without bound. */
function parsed(xml: string, where: string): Tag {
  const document: Tag = { name: "", tags: [], text: "" };
  const open = [document];
  const parser = new SaxesParser({ position: true });
  parser.on("error", (cause) => {
    throw new FormatError(`${where}: expected XML, got ${printable(cause.message)}; is the file cut?`, { cause });
  });
  parser.on("opentag", ({ name }) => {
    const one: Tag = { name, tags: [], text: "" };
    open.at(-1)!.tags.push(one);
    open.push(one);
  });
  parser.on("text", (text) => {
    open.at(-1)!.text += text;
  });
  parser.on("closetag", () => void open.pop());
  parser.write(xml).close();
  return document.tags[0]!;
}

function tag({ tags }: Tag, wanted: string): Tag | undefined {
  return tags.find(({ name }) => name === wanted);
}

function number(parent: Tag | undefined, name: string, where: string): number {
  const text = parent && tag(parent, name)?.text.trim();
  const value = text ? Number(text) : NaN;
  if (Number.isFinite(value)) return value;
  throw new FormatError(`${where}: expected <${name}> of a number, got ${text ? printable(text) : "none"}`);
}
