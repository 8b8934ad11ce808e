import { TesseraError } from "@tessera/core";
import { afterEach, expect, test } from "vitest";
import { zipOf } from "../__fixtures__/archives.ts";
import { encodePng } from "../__fixtures__/encode-png.ts";
import { flat } from "../__fixtures__/pictures.ts";
import { evaluationBatches } from "../loader/evaluation-batches.ts";
import { timmPreprocessing } from "../timm-preprocessing.ts";
import { datasetOf } from "./dataset-of.ts";
import { openDataset } from "./open-dataset.ts";

const preprocessing = timmPreprocessing({ input_size: [3, 2, 2], crop_pct: 1 });
const png = (value: number) => encodePng(flat(2, 2, [value, 0, 0]));

afterEach(async () => {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry("set", { recursive: true }).catch(() => {});
});

test("opens a folder that was picked, and workers read its files", async () => {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("set", { create: true });
  for (const [i, path] of ["train/cat/1.png", "train/dog/2.png", "val/dog/3.png", "train/.hidden"].entries()) {
    const names = path.split("/");
    let at = folder;
    for (const name of names.slice(0, -1)) at = await at.getDirectoryHandle(name, { create: true });
    const writer = await (await at.getFileHandle(names.at(-1)!, { create: true })).createWritable();
    await writer.write((await png(i * 10)) as BufferSource);
    await writer.close();
  }
  const { train, test: tested } = await openDataset(folder);
  expect([train.classes, train.nameOf(1), tested!.length]).toEqual([["cat", "dog"], "dog/2.png", 1]);
  using loader = evaluationBatches(train, { preprocessing, workers: 1 });
  for await (const { images, labels } of loader.batches({ epoch: 0, batchSize: 2 })) {
    expect([...labels]).toEqual([0, 1]);
    expect(images[12]).toBeGreaterThan(images[0]!);
  }
  expect(loader.skipped).toEqual([]);
});

test("opens the files of an input, with their folders", async () => {
  const files = await Promise.all(
    ["set/cat/1.png", "set/dog/2.png"].map(async (path, i) => {
      const file = new File([(await png(i)) as BlobPart], path.split("/").at(-1)!);
      return Object.defineProperty(file, "webkitRelativePath", { value: path });
    }),
  );
  expect((await openDataset(files)).train.classes).toEqual(["cat", "dog"]);
  const zip = new File(
    [
      (await zipOf([
        { path: "a/1.png", bytes: await png(1) },
        { path: "b/1.png", bytes: await png(2) },
      ])) as BlobPart,
    ],
    "set.zip",
  );
  const { train } = await openDataset(zip);
  expect([train.nameOf(1), (await train.read(1)).data[0]]).toEqual(["set.zip: b/1.png", 2]);
});

test("refuses paths, which a page cannot follow", async () => {
  await expect(openDataset("/home/me/set")).rejects.toThrow(
    new TesseraError(
      "openDataset: expected files or a folder that the user has chosen, got /home/me/set; fetch it and pass its Blob",
    ),
  );
  await expect(openDataset(3 as never)).rejects.toThrow(
    /expected a path, files, a folder, a Blob or bytes, got number/,
  );
});

test("a camera's frames are kept as they were when taken", async () => {
  const canvas = new OffscreenCanvas(2, 2);
  const context = canvas.getContext("2d")!;
  const frame = (colour: string) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 2, 2);
    return new VideoFrame(canvas, { timestamp: 0 });
  };
  const frames = [frame("rgb(255 0 0)"), frame("rgb(0 0 255)")];
  const dataset = await datasetOf(frames.map((image, label) => ({ image, label })));
  for (const each of frames) each.close();
  expect([...(await dataset.read(0)).data.subarray(0, 3)]).toEqual([255, 0, 0]);
  expect([...(await dataset.read(1)).data.subarray(0, 3)]).toEqual([0, 0, 255]);
});
