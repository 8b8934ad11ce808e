import { FormatError } from "@tessera/core";
import type { SourceFiles } from "../files/source.ts";
import { readStored } from "../files/stored-file.ts";
import type { Dataset, DatasetOptions } from "./dataset.ts";
import { byCodePoint, numberLabels } from "./labels.ts";
import { memoryPictures } from "./memory-pictures.ts";

const side = 32;
const pixelBytes = side * side * 3;
const cifar10File = /(^|\/)(data_batch_\d+|test_batch)\.bin$/;
const cifar100File = /(^|\/)(train|test)\.bin$/;

/** True for the names of CIFAR's binary version: `data_batch_1.bin`, `test_batch.bin`; CIFAR-100: `train.bin`, `test.bin`. */
export function isCifar(path: string): boolean {
  return cifar10File.test(path) || cifar100File.test(path);
}

/**
 * CIFAR-10 and CIFAR-100 (its fine classes) in their binary version. Classes are named by `batches.meta.txt` or
 * `fine_label_names.txt` where that lies beside.
 *
 * @throws FormatError for a file that is cut.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export async function openCifar(source: SourceFiles, options: DatasetOptions): Promise<Dataset> {
  const files = source.files.filter(({ path }) => isCifar(path)).sort((a, b) => byCodePoint(a.path, b.path));
  const labelBytes = files.some(({ path }) => cifar100File.test(path)) ? 2 : 1; // the coarse class stands before the fine
  const record = labelBytes + pixelBytes;
  const parts: Uint8Array[] = [];
  for (const file of files) {
    const bytes = await readStored(file, options.signal);
    if (bytes.length === 0 || bytes.length % record !== 0) {
      throw new FormatError(
        `${file.path}: expected records of ${record} bytes, got ${bytes.length} bytes; fetch the file again`,
      );
    }
    parts.push(bytes);
  }
  const count = parts.reduce((sum, { length }) => sum + length / record, 0);
  const data = new Uint8Array(count * pixelBytes);
  const written: string[] = [];
  for (const part of parts) {
    for (let at = 0; at < part.length; at += record) {
      data.set(part.subarray(at + labelBytes, at + record), written.length * pixelBytes);
      written.push(String(part[at + labelBytes - 1]));
    }
  }
  const classes = options.classes ?? (await classNames(source, options.signal));
  const labels = numberLabels(source.name, written, classes);
  return memoryPictures(source.name, { data, width: side, height: side, layout: "planes" }, labels);
}

async function classNames({ files }: SourceFiles, signal?: AbortSignal): Promise<string[] | undefined> {
  const file = files.find(({ path }) => /(^|\/)(batches\.meta|fine_label_names)\.txt$/.test(path));
  if (!file) return undefined;
  const lines = new TextDecoder().decode(await readStored(file, signal)).split(/\s*\n\s*/);
  return lines.filter((line) => line !== "");
}
