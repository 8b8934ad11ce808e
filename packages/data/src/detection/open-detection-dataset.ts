import { FormatError, TesseraError } from "@tessera/core";
import { listFiles } from "#file-system";
import type { DatasetOptions } from "../datasets/dataset.ts";
import { byCodePoint } from "../datasets/labels.ts";
import { type PartName, partNamedIn } from "../datasets/parts.ts";
import { unpackArchives } from "../files/archives.ts";
import type { Source } from "../files/source.ts";
import { type AnnotatedPicture, annotatedPictures } from "./annotated-pictures.ts";
import type { DetectionDataset, DetectionSplits } from "./detection-dataset.ts";
import { findForm } from "./forms.ts";

/**
 * Opens pictures with the things on them, whose form is found out from what the files hold:
 *
 * - COCO's JSON, in `annotations/instances_train2017.json` beside `train2017/`, or beside its pictures as `_annotations.coco.json`;
 * - Pascal VOC's XML, beside the pictures or in `Annotations/`, with `ImageSets/Main/train.txt` if it is split by lists;
 * - YOLO's text files with `data.yaml` or `classes.txt`, in `labels/` or beside the pictures;
 * - labelme's JSON files beside the pictures.
 *
 * Each on a disk, or in a zip or tar. Parts are told by folders and files that are called train, val or test; a validation part
 * without a test one is `test`, and without a name all is `train`. No picture is read yet.
 *
 * @throws TesseraError for no such file; FormatError for no known form, for damaged files, and for pictures without any object.
 */
export async function openDetectionDataset(source: Source, options: DatasetOptions = {}): Promise<DetectionSplits> {
  const files = await unpackArchives(await listFiles(source, options.signal), options.signal);
  const { pictures, classes: known, partOf } = await findForm(files, options.signal);
  const parts = new Map<PartName | undefined, AnnotatedPicture[]>();
  for (const picture of pictures) {
    const name = partOf?.(picture) ?? partNamedIn(picture.file.path.replace(/[^/]*$/, ""));
    const part = parts.get(name);
    if (part) part.push(picture);
    else parts.set(name, [picture]);
  }
  const first = parts.get("train") ?? parts.get(undefined) ?? parts.get("validation") ?? parts.get("test") ?? [];
  const classes = options.classes ?? known ?? namesOf(first);
  if (new Set(classes).size < classes.length)
    throw new TesseraError(`openDetectionDataset: expected each class once, got ${classes.join(", ")}`);
  const open = (part: AnnotatedPicture[] | undefined): DetectionDataset | undefined =>
    part && part !== first ? annotatedPictures(files.name, part, classes) : undefined;
  const [validation, test] = [open(parts.get("validation")), open(parts.get("test"))];
  return {
    train: annotatedPictures(files.name, first, classes),
    ...(validation && test && { validation }),
    ...((test ?? validation) && { test: test ?? validation }),
  };
}

/** The classes that objects name, where no file lists them. */
function namesOf(pictures: readonly AnnotatedPicture[]): readonly string[] {
  const names = new Set(pictures.flatMap(({ objects }) => objects.map(({ name }) => name)));
  if (names.size === 0)
    throw new FormatError(
      `openDetectionDataset: expected an object on a picture, got none on ${pictures.length} of them; there is nothing to find`,
    );
  return [...names].sort(byCodePoint);
}
