import { isPicture } from "../datasets/stored-pictures.ts";
import type { SourceFiles } from "../files/source.ts";
import type { StoredFile } from "../files/stored-file.ts";

/** Finds the pictures that annotations name, wherever they lie. */
export class PictureFiles {
  readonly #byPath = new Map<string, StoredFile>();
  readonly #byName = new Map<string, StoredFile[]>();
  readonly #byStem = new Map<string, StoredFile[]>();
  readonly #isAlone: boolean;

  constructor({ files }: SourceFiles) {
    this.#isAlone = files.length === 1;
    for (const file of files) {
      if (!isPicture(file.path)) continue;
      this.#byPath.set(file.path, file);
      add(this.#byName, nameOf(file.path), file);
      add(this.#byStem, stemOf(file.path), file);
    }
  }

  /**
   * The picture that a file of annotations names: beside it, or the one that is called so, in the folder that is most like the
   * annotations'. A picture that is nowhere is left to the loader to skip and list.
   */
  named(name: string, annotations: StoredFile): StoredFile {
    const path = name.replaceAll("\\", "/").replace(/^(\.?\/)+/, "");
    const folder = annotations.path.slice(0, annotations.path.lastIndexOf("/") + 1);
    const beside = this.#byPath.get(folder + path);
    if (beside) return beside;
    const called = this.#byName.get(nameOf(path)) ?? [];
    const whole = called.filter((file) => `/${file.path}`.endsWith(`/${path}`));
    const found = mostLike(whole.length > 0 ? whole : called, annotations.path);
    return found ?? { path: folder + path, container: this.#isAlone ? elsewhere(annotations, path) : path, start: 0 };
  }

  /** The picture that has the stem of a file of annotations, in the folder that is most like it. */
  ofStem(annotations: StoredFile): StoredFile | undefined {
    return mostLike(this.#byStem.get(stemOf(annotations.path)) ?? [], annotations.path);
  }

  /** Every picture. */
  all(): Iterable<StoredFile> {
    return this.#byPath.values();
  }
}

/** `a/b/0001.left.jpg` -> `0001.left` */
export function stemOf(path: string): string {
  return nameOf(path).replace(/\.[^.]*$/, "");
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function add(lists: Map<string, StoredFile[]>, key: string, file: StoredFile): void {
  const list = lists.get(key);
  if (list) list.push(file);
  else lists.set(key, [file]);
}

/** `labels/train/1.txt` is of `images/train/1.jpg` rather than of `images/val/1.jpg`: it shares more words. */
function mostLike(files: readonly StoredFile[], path: string): StoredFile | undefined {
  if (files.length < 2) return files[0];
  const words = new Set(wordsOf(path));
  const common = (file: StoredFile) => wordsOf(file.path).filter((word) => words.has(word)).length;
  return files.reduce((best, file) => (common(file) > common(best) ? file : best));
}

/** `annotations/instances_train2017.json` -> annotations, instances, train2017, json */
function wordsOf(path: string): string[] {
  return path.toLowerCase().split(/[/_.-]/);
}

/** Beside annotations that were opened by themselves. */
function elsewhere({ container }: StoredFile, path: string): string {
  return typeof container === "string" ? container.replace(/[^/\\]*$/, "") + path : path;
}
