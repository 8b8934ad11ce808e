import { FormatError, printable } from "@tessera/core";
import type { SourceFiles } from "../files/source.ts";
import { readStored, type StoredFile } from "../files/stored-file.ts";
import type { Dataset, DatasetOptions } from "./dataset.ts";
import { numberLabels } from "./labels.ts";
import { isPicture, storedPictures } from "./stored-pictures.ts";

/** True where a picture's label lies beside it. */
export function isWebDataset({ files }: SourceFiles): boolean {
  const picture = files.find(({ path }) => isPicture(path));
  if (!picture) return false;
  const key = keyOf(picture.path);
  return files.some(({ path }) => isLabel(path) && keyOf(path) === key);
}

/**
 * WebDataset's form: `key.jpg` with its label in `key.cls` (a number or a name) or `key.json` (`cls`, `class`, `label` or
 * `class_name`), in a tar or elsewhere. Pictures without a label are left out.
 *
 * @throws FormatError where no label can be read.
 * @see https://github.com/webdataset/webdataset
 */
export async function openWebDataset(source: SourceFiles, options: DatasetOptions): Promise<Dataset> {
  const labelFiles = new Map<string, StoredFile>();
  for (const file of source.files) {
    const key = keyOf(file.path);
    if (isLabel(file.path) && !labelFiles.get(key)?.path.endsWith(".cls")) labelFiles.set(key, file);
  }
  const pictures: StoredFile[] = [];
  const written: string[] = [];
  for (const file of source.files) {
    const labelFile = isPicture(file.path) ? labelFiles.get(keyOf(file.path)) : undefined;
    if (!labelFile) continue;
    written.push(await readLabel(labelFile, options.signal));
    pictures.push(file);
  }
  return storedPictures(pictures, numberLabels(source.name, written, options.classes));
}

/** All before the first dot of the file's name: `a/b.c/0001.left.jpg` has the key `a/b.c/0001`. */
function keyOf(path: string): string {
  const name = path.lastIndexOf("/") + 1;
  const dot = path.indexOf(".", name);
  return dot < 0 ? path : path.slice(0, dot);
}

function isLabel(path: string): boolean {
  return /\.(cls|json)$/.test(path);
}

async function readLabel(file: StoredFile, signal?: AbortSignal): Promise<string> {
  const text = new TextDecoder().decode(await readStored(file, signal)).trim();
  if (file.path.endsWith(".cls")) return text;
  const label = labelField(file.path, text);
  if (typeof label === "string" || typeof label === "number") return String(label);
  throw new FormatError(
    `${file.path}: expected a label under cls, class, label or class_name, got ${printable(text, 80)}`,
  );
}

function labelField(path: string, text: string): unknown {
  try {
    const { cls, class: name, label, class_name: className } = JSON.parse(text) as Record<string, unknown>;
    return cls ?? name ?? label ?? className;
  } catch (cause) {
    throw new FormatError(`${path}: expected JSON with a label, got ${printable(text, 80)}`, { cause });
  }
}
