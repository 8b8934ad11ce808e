import { FormatError, listed, shown } from "@tessera/core";
import type { SourceFiles } from "../files/source.ts";
import { readStored, type StoredFile } from "../files/stored-file.ts";
import { unzipped } from "../files/unzipped.ts";
import { memoryPictures } from "./memory-pictures.ts";
import type { Dataset, DatasetOptions } from "./dataset.ts";
import { numberLabels } from "./labels.ts";

/** True for MNIST's names and those of its likes: `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte.gz`. */
export function isIdx(path: string): boolean {
  return /[-.]idx[134]-ubyte(\.gz)?$/i.test(path);
}

/**
 * Pictures in an IDX file, labels in another (MNIST, Fashion-MNIST, EMNIST, KMNIST), gzipped or not. Of grey pictures all
 * channels are alike.
 *
 * @throws FormatError for files that are cut or no IDX of bytes, and for as many pictures as labels do not number.
 */
export async function openIdx(source: SourceFiles, options: DatasetOptions): Promise<Dataset> {
  const [images, labels] = await Promise.all(
    ["images", "labels"].map((kind) => readIdx(fileOf(source, kind), options.signal)),
  );
  const [count, height, width, channels = 1] = images!.sizes as [number, number, number, number?];
  if (height === undefined || width === undefined || (channels !== 1 && channels !== 3)) {
    throw new FormatError(
      `${source.name}: expected pictures of sizes [n, height, width] or [n, height, width, 3], got ${shown(images!.sizes)}`,
    );
  }
  if (labels!.sizes.length !== 1 || labels!.sizes[0] !== count) {
    throw new FormatError(
      `${source.name}: expected a label for each of ${count} pictures, got sizes ${shown(labels!.sizes)}`,
    );
  }
  const numbered = numberLabels(source.name, Array.from(labels!.data, String), options.classes);
  const layout = channels === 1 ? "grey" : "rgb";
  return memoryPictures(source.name, { data: images!.data, width, height, layout }, numbered);
}

function fileOf({ name, files }: SourceFiles, kind: string): StoredFile {
  const found = files.filter(({ path }) => isIdx(path) && path.includes(kind));
  if (found.length === 1) return found[0]!;
  throw new FormatError(
    `${name}: expected one IDX file of ${kind}, got ${listed(found.map(({ path }) => path)) || "none"}`,
  );
}

/** @see http://yann.lecun.com/exdb/mnist/: two zeros, a type, the number of sizes, the sizes, the values. */
async function readIdx(file: StoredFile, signal?: AbortSignal): Promise<{ sizes: number[]; data: Uint8Array }> {
  const bytes = await unzipped(await readStored(file, signal)).catch((cause: unknown) => {
    throw new FormatError(`${file.path}: expected a whole gzip file, got a damaged one; fetch it again`, { cause });
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rank = bytes[3] ?? 0;
  if (bytes.length < 4 + 4 * rank || view.getUint16(0) !== 0 || bytes[2] !== 0x08) {
    throw new FormatError(`${file.path}: expected an IDX file of bytes, got another beginning`);
  }
  const sizes = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const data = bytes.subarray(4 + 4 * rank);
  const wanted = sizes.reduce((product, size) => product * size, 1);
  if (data.length !== wanted) {
    throw new FormatError(`${file.path}: expected ${wanted} bytes of values, got ${data.length}; fetch the file again`);
  }
  return { sizes, data };
}
