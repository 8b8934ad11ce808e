import { FormatError } from "@tessera/core";
import type { SourceFiles } from "../files/source.ts";
import type { Dataset, DatasetOptions } from "./dataset.ts";
import { byCodePoint, numberLabels } from "./labels.ts";
import { isPicture, storedPictures } from "./stored-pictures.ts";

/**
 * Pictures in a folder per class, at any depth below it: torchvision's `ImageFolder`, on a disk or in an archive.
 *
 * @throws FormatError for pictures in no folder, no pictures at all, an empty class, and one class only.
 */
export function openClassFolders(source: SourceFiles, options: DatasetOptions): Dataset {
  const pictures = source.files.filter(({ path }) => isPicture(path));
  pictures.sort((a, b) => byCodePoint(a.path, b.path));
  const loose = pictures.find(({ path }) => !path.includes("/"));
  if (pictures.length === 0 || loose) {
    throw new FormatError(
      `${source.name}: expected a folder per class with its pictures, got ${loose ? `${loose.path} in none` : "no picture"}; ` +
        "other forms are .csv and .jsonl manifests, IDX, CIFAR's binary files and WebDataset's .tar",
    );
  }
  const written = pictures.map(({ path }) => classOf(path));
  const folders = new Set(source.folders.map(classOf));
  return storedPictures(pictures, numberLabels(source.name, written, options.classes, [...folders]));
}

function classOf(path: string): string {
  return path.split("/", 1)[0]!;
}
