import { FormatError } from "@tessera/core";
import { listFiles } from "#file-system";
import { unpackArchives } from "../files/archives.ts";
import type { Source, SourceFiles } from "../files/source.ts";
import { isCifar, openCifar } from "./cifar.ts";
import { openClassFolders } from "./class-folders.ts";
import type { Dataset, DatasetOptions, DatasetSplits } from "./dataset.ts";
import { isIdx, openIdx } from "./idx.ts";
import { isManifest, openManifest } from "./manifest.ts";
import { partsOf, type Part } from "./parts.ts";
import { isWebDataset, openWebDataset } from "./webdataset.ts";

/**
 * Opens a data set, whose form is found out from names and contents:
 *
 * - a folder per class (`cat/1.jpg`), below `train/` and `test/` or `val/` if it is split, on a disk or in a zip or tar;
 * - `train.zip` and `test.zip`, or shards `train-0000.tar`, of either this or the next form;
 * - WebDataset: `key.jpg` with `key.cls` or `key.json`;
 * - IDX as MNIST's (`train-images-idx3-ubyte.gz`, `t10k-…`), CIFAR's binary files (`data_batch_1.bin`, `test_batch.bin`);
 * - `.csv` or `.jsonl` with `path` and `label`; `train.csv` beside `test.csv` if it is split.
 *
 * Pictures are not read yet, but for IDX and CIFAR. Without a part that names itself a test or a validation one, all is
 * `train`; a validation part without a test one is `test`. All parts have the classes of the training pictures.
 *
 * @throws TesseraError for no such file; FormatError for no known form, damaged archives, and labels as `numberLabels`.
 */
export async function openDataset(source: Source, options: DatasetOptions = {}): Promise<DatasetSplits> {
  const all = await unpackArchives(await listFiles(source, options.signal), options.signal);
  const { train, validation, test } = partsOf(all);
  const training = await openPart(train, all, options);
  const shared = { ...options, classes: training.classes };
  const open = async (part: Part | undefined) => part && openPart(part, all, shared);
  return withoutAbsent(training, await open(validation), await open(test));
}

function withoutAbsent(train: Dataset, validation?: Dataset, test?: Dataset): DatasetSplits {
  return {
    train,
    ...(validation && test && { validation }),
    ...((test ?? validation) && { test: test ?? validation }),
  };
}

async function openPart(part: Part, all: SourceFiles, options: DatasetOptions): Promise<Dataset> {
  const has = (is: (path: string) => boolean) => part.own.files.some(({ path }) => is(path));
  if (has(isIdx)) return openIdx(part.own, options);
  if (has(isCifar)) return openCifar({ ...all, files: [...part.own.files, ...part.rest] }, options);
  if (has((path) => /(^|\/)(data_batch_1|test_batch)$/.test(path))) {
    throw new FormatError(`${all.name}: expected CIFAR's binary version, got the one for Python; fetch the other`);
  }
  const manifests = part.original.filter(({ path }) => isManifest(path));
  if (manifests.length === 1) return openManifest(all, manifests[0]!, options);
  return isWebDataset(part.own) ? openWebDataset(part.own, options) : openClassFolders(part.own, options);
}
