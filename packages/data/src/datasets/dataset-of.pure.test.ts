import { FormatError, TesseraError } from "@tessera/core";
import { expect, test } from "vitest";
import { encodePng } from "../__fixtures__/encode-png.ts";
import { noise } from "../__fixtures__/pictures.ts";
import { datasetOf } from "./dataset-of.ts";

test("takes pixels and files with labels of either kind", async () => {
  const png = await encodePng(noise(4, 3));
  const dataset = await datasetOf([
    { image: noise(5, 2), label: "dog" },
    { image: png, label: "cat", name: "tom" },
    { image: new Blob([png as BlobPart]), label: "dog" },
  ]);
  expect(dataset.classes).toEqual(["cat", "dog"]);
  expect([0, 1, 2].map((i) => dataset.labelOf(i))).toEqual([1, 0, 1]);
  expect([0, 1].map((i) => dataset.nameOf(i))).toEqual(["picture 0", "tom"]);
  expect(await dataset.read(0)).toEqual(noise(5, 2));
  expect(await dataset.read(2)).toEqual(noise(4, 3));
  const numbered = await datasetOf([{ image: noise(1, 1), label: 2 }], { classes: ["a", "b", "c"] });
  expect(numbered.labelOf(0)).toBe(2);
});

test("refuses what it cannot number or decode", async () => {
  const image = noise(1, 1);
  await expect(datasetOf([])).rejects.toThrow(new FormatError("datasetOf: expected pictures with labels, got none"));
  await expect(datasetOf([{ image, label: "a" }])).rejects.toThrow(/expected two classes or more, got only a/);
  await expect(datasetOf([{ image, label: null as never }])).rejects.toThrow(TesseraError);
  await expect(datasetOf([{ image: new Uint8Array(3), label: 0 }])).rejects.toThrow(FormatError);
  await expect(datasetOf([{ image, label: 3 }], { classes: ["a"] })).rejects.toThrow(/expected labels among a, got 3/);
});
