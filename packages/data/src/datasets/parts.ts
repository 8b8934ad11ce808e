import type { SourceFiles } from "../files/source.ts";
import type { StoredFile } from "../files/stored-file.ts";
import { isPicture } from "./stored-pictures.ts";

/** The files of a data set's training, validation or test part. */
export interface Part {
  /** Its files, as seen from its own folder where it has one. */
  readonly own: SourceFiles;
  /** Those of `own` by their whole paths. */
  readonly original: readonly StoredFile[];
  /** Files that belong to no part, such as names of classes. */
  readonly rest: readonly StoredFile[];
}

export type PartName = "train" | "validation" | "test";

const partNames: readonly [PartName, RegExp][] = [
  ["train", /^(train(ing)?|data_batch)([-_./\d]|$)/i],
  ["test", /^(test(ing)?|t10k)([-_./\d]|$)/i],
  ["validation", /^(val(id)?(ation)?|dev|eval)([-_./\d]|$)/i],
];

/** The parts that a data set's folders or files name themselves as; all of it is `train` where they do not. */
export function partsOf(source: SourceFiles): { train: Part; validation?: Part; test?: Part } {
  const whole = withoutWrapper(source);
  const files = new Map<PartName | undefined, StoredFile[]>();
  for (const name of [undefined, "train", "test", "validation"] as const) files.set(name, []);
  for (const file of whole.files) files.get(partOf(file.path))!.push(file);
  const rest = files.get(undefined)!;
  const found = partNames.map(([name]) => name).filter((name) => files.get(name)!.length > 0);
  // A test part alone is a data set by itself.
  if (found.length < 2 && (found.length === 0 || rest.some(({ path }) => isPicture(path)))) {
    return { train: { own: whole, original: whole.files, rest: [] } };
  }
  const part = (name: PartName): Part | undefined => {
    const original = files.get(name)!;
    if (original.length === 0) return undefined;
    const own = original.map((file) => ({ ...file, path: belowTop(file.path) }));
    const folders = whole.folders.filter((path) => path.includes("/") && partOf(path) === name).map(belowTop);
    return { own: { name: whole.name, files: own, folders }, original, rest };
  };
  const [train = part(found[0]!)!, validation, test] = [part("train"), part("validation"), part("test")];
  return { train, ...(validation && { validation }), ...(test && { test }) };
}

const partWords: readonly [PartName, RegExp][] = [
  ["train", /^train(ing)?\d*$/i],
  ["test", /^test(ing)?\d*$/i],
  ["validation", /^(val(id)?(ation)?|dev|eval)\d*$/i],
];

/** The part that a word of a path names, wherever it stands: `annotations/instances_train2017.json`, `images/val/1.jpg`. */
export function partNamedIn(path: string): PartName | undefined {
  for (const word of path.split(/[/_.-]/)) {
    const part = partWords.find(([, pattern]) => pattern.test(word));
    if (part) return part[0];
  }
  return undefined;
}

function partOf(path: string): PartName | undefined {
  return partNames.find(([, pattern]) => pattern.test(path))?.[0];
}

/** A path without its first folder; a file that lies in none stays. */
function belowTop(path: string): string {
  return path.slice(path.indexOf("/") + 1);
}

/** Archives mostly hold one folder with all the rest. */
function withoutWrapper(source: SourceFiles): SourceFiles {
  const [first] = source.files;
  const top = first?.path.slice(0, first.path.indexOf("/") + 1);
  const isWrapped = top && source.files.every(({ path }) => path.startsWith(top));
  const holdsMore = source.files.some(({ path }) => path.split("/").length > 2 || !isPicture(path));
  if (!isWrapped || !holdsMore) return source;
  const below = (path: string) => path.slice(top.length);
  return withoutWrapper({
    name: source.name,
    files: source.files.map((file) => ({ ...file, path: below(file.path) })),
    folders: source.folders.filter((path) => path.startsWith(top)).map(below),
  });
}
