import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import { gzipped, tarOf, zipOf } from "../__fixtures__/archives.ts";
import { encodePng } from "../__fixtures__/encode-png.ts";
import { flat, noise } from "../__fixtures__/pictures.ts";
import type { Dataset } from "./dataset.ts";
import { openDataset } from "./open-dataset.ts";

const text = (value: string) => new TextEncoder().encode(value);

/** Pictures of one colour, which the path's last number gives. */
async function pictures(...paths: string[]): Promise<{ path: string; bytes: Uint8Array }[]> {
  return Promise.all(
    paths.map(async (path) => ({
      path,
      bytes: await encodePng(flat(3, 2, [Number(/(\d+)\.\w+$/.exec(path)![1]), 0, 0])),
    })),
  );
}

/** What each picture is and shows. */
async function contents(dataset: Dataset): Promise<string[]> {
  return Promise.all(
    Array.from({ length: dataset.length }, async (_, i) => {
      const { data } = await dataset.read(i);
      return `${dataset.classes[dataset.labelOf(i)]} ${data[0]}`;
    }),
  );
}

test("a folder per class, in a zip", async () => {
  const zip = await zipOf(await pictures("dog/2.png", "cat/deep/1.png", "dog/30.png", "dog/4.png"));
  const { train, test: none } = await openDataset(new Blob([zip as BlobPart]));
  expect(none).toBeUndefined();
  expect(train.classes).toEqual(["cat", "dog"]);
  expect(await contents(train)).toEqual(["cat 1", "dog 2", "dog 30", "dog 4"]);
  expect(train.nameOf(0)).toBe("the blob given: cat/deep/1.png");
  expect(() => train.labelOf(4)).toThrow(new RangeError("Dataset: expected a picture's number below 4, got 4"));
});

test.each([
  [["train", "test"], { train: 1, test: 2 }],
  [["set/train", "set/val"], { train: 1, test: 2 }],
  [["Training", "validation", "test"], { train: 1, validation: 2, test: 3 }],
])("the parts %s of a tar", async (folders, parts) => {
  const paths = folders.flatMap((folder, i) => [`${folder}/cat/${i + 1}.png`, `${folder}/dog/${i + 1}.png`]);
  const opened = await openDataset(
    tarOf([...(await pictures(...paths)), { path: "README.md", bytes: text("hi") }].slice(0, -1)),
  );
  const got = await Promise.all(Object.entries(opened).map(async ([name, part]) => [name, await contents(part)]));
  expect(Object.fromEntries(got)).toEqual(
    Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, [`cat ${value}`, `dog ${value}`]])),
  );
});

test("an archive per part, and shards", async () => {
  const file = async (name: string, bytes: Uint8Array | Promise<Uint8Array>) =>
    new File([(await bytes) as BlobPart], name);
  const zips = [
    await file("train.zip", zipOf(await pictures("cat/1.png", "dog/2.png"))),
    await file("test.zip", zipOf(await pictures("dog/3.png"))),
    await file("README.md", text("about")),
  ];
  const { train, test: tested } = await openDataset(zips);
  expect(await contents(train)).toEqual(["cat 1", "dog 2"]);
  expect(await contents(tested!)).toEqual(["dog 3"]);
  const shard = async (...numbers: number[]) =>
    tarOf([
      ...(await pictures(...numbers.map((n) => `${n}.png`))),
      ...numbers.map((n) => ({ path: `${n}.cls`, bytes: text(String((n % 2) * 10 + 2)) })),
    ]);
  const shards = [
    await file("train-0000.tar", shard(1, 2)),
    await file("train-0001.tar", shard(3)),
    await file("val-0000.tar", shard(4)),
  ];
  const web = await openDataset(shards);
  expect(web.train.classes).toEqual(["2", "12"]);
  expect((await contents(web.train)).sort()).toEqual(["12 1", "12 3", "2 2"]);
  expect(await contents(web.test!)).toEqual(["2 4"]);
});

test("WebDataset's labels as names in JSON", async () => {
  const label = (n: number, name: string) => ({ path: `a.b/${n}.json`, bytes: text(JSON.stringify({ label: name })) });
  const tar = tarOf([...(await pictures("a.b/1.png", "a.b/2.png", "a.b/3.png")), label(1, "dog"), label(2, "cat")]);
  expect(await contents((await openDataset(tar)).train)).toEqual(["dog 1", "cat 2"]);
  const wrong = tarOf([...(await pictures("1.png")), { path: "1.json", bytes: text('{"caption":"x"}') }]);
  await expect(openDataset(wrong)).rejects.toThrow(
    '1.json: expected a label under cls, class, label or class_name, got {"caption":"x"}',
  );
});

test.each([
  ["train.csv", 'file,Class\na/1.png,dog\n"a/2.png",cat\n'],
  ["list.csv", "a/1.png,dog\r\n./a/2.png,cat"],
  ["list.jsonl", '{"path":"a/1.png","label":"dog"}\n\n{"image":"a/2.png","class":"cat"}\n'],
])("the manifest %s", async (name, list) => {
  const zip = await zipOf([...(await pictures("a/1.png", "a/2.png", "a/3.png")), { path: name, bytes: text(list) }]);
  expect(await contents((await openDataset(zip)).train)).toEqual(["dog 1", "cat 2"]);
});

test("manifests of parts, beside the pictures they share", async () => {
  const zip = await zipOf([
    ...(await pictures("images/1.png", "images/2.png", "images/3.png")),
    { path: "train.csv", bytes: text("path,label\nimages/1.png,1\nimages/2.png,0") },
    { path: "test.csv", bytes: text("path,label\nimages/3.png,1") },
  ]);
  const { train, test: tested } = await openDataset(zip);
  expect(await contents(train)).toEqual(["1 1", "0 2"]);
  expect(await contents(tested!)).toEqual(["1 3"]);
});

function idx(values: Uint8Array, ...sizes: number[]): Uint8Array {
  return Uint8Array.from([0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, size >> 8, size & 255]), ...values]);
}

test("MNIST's files, gzipped or not", async () => {
  const grey = Uint8Array.from({ length: 3 * 2 * 2 }, (_, i) => i * 20);
  const zip = await zipOf([
    { path: "train-images-idx3-ubyte.gz", bytes: await gzipped(idx(grey, 3, 2, 2)) },
    { path: "train-labels-idx1-ubyte.gz", bytes: await gzipped(idx(Uint8Array.of(7, 1, 7), 3)) },
    { path: "t10k-images.idx3-ubyte", bytes: idx(grey.subarray(4, 8), 1, 2, 2) },
    { path: "t10k-labels.idx1-ubyte", bytes: idx(Uint8Array.of(7), 1) },
  ]);
  const { train, test: tested } = await openDataset(zip);
  expect(train.classes).toEqual(["1", "7"]);
  expect(await contents(train)).toEqual(["7 0", "1 80", "7 160"]);
  expect(await contents(tested!)).toEqual(["7 80"]);
  const picture = { width: 2, height: 2, data: Uint8Array.of(80, 80, 80, 100, 100, 100, 120, 120, 120, 140, 140, 140) };
  expect(await train.read(1)).toEqual(picture);
  expect(train.nameOf(1)).toBe("the bytes given#1");
});

test.each([
  ["fewer labels", [3, 2, 2], [2], /expected a label for each of 3 pictures, got sizes \[2\]/],
  ["fewer bytes", [4, 2, 2], [4], /expected 16 bytes of values, got 12/],
  ["no pictures", [12], [12], /expected pictures of sizes/],
])("refuses IDX with %s", async (_, imageSizes, labelSizes, message) => {
  const zip = await zipOf([
    { path: "train-images-idx3-ubyte", bytes: idx(new Uint8Array(12), ...imageSizes) },
    { path: "train-labels-idx1-ubyte", bytes: idx(new Uint8Array(labelSizes[0]!), ...labelSizes) },
  ]);
  await expect(openDataset(zip)).rejects.toThrow(message);
});

test("CIFAR's binary files", async () => {
  const picture = noise(32, 32);
  const planes = [0, 1, 2].flatMap((c) => Array.from({ length: 1024 }, (_, i) => picture.data[i * 3 + c]!));
  const meta = { path: "cifar/batches.meta.txt", bytes: text("cat\ndog\n\n") };
  const zip = await zipOf([
    { path: "cifar/data_batch_2.bin", bytes: Uint8Array.from([0, ...planes]), deflate: true },
    { path: "cifar/data_batch_1.bin", bytes: Uint8Array.from([1, ...planes, 0, ...Array(3072).fill(9)]) },
    { path: "cifar/test_batch.bin", bytes: Uint8Array.from([1, ...Array(3072).fill(5)]) },
    meta,
  ]);
  const { train, test: tested } = await openDataset(zip);
  expect(train.classes).toEqual(["cat", "dog"]);
  expect(await contents(train)).toEqual(["dog 0", "cat 9", "cat 0"]);
  expect(await train.read(2)).toEqual(picture);
  expect(await contents(tested!)).toEqual(["dog 5"]);
  const hundred = await zipOf([{ path: "train.bin", bytes: Uint8Array.from([3, 40, ...planes, 3, 2, ...planes]) }]);
  expect((await openDataset(hundred)).train.classes).toEqual(["2", "40"]);
  const cut = await zipOf([{ path: "data_batch_1.bin", bytes: Uint8Array.from(planes) }]);
  await expect(openDataset(cut)).rejects.toThrow(/expected records of 3073 bytes, got 3072 bytes/);
  const pickles = await zipOf([
    { path: "data_batch_1", bytes: text("x") },
    { path: "test_batch", bytes: text("x") },
  ]);
  await expect(openDataset(pickles)).rejects.toThrow(/expected CIFAR's binary version, got the one for Python/);
});

test("takes the classes of a model", async () => {
  const classes = ["ape", "cat", "dog"];
  const zip = await zipOf(await pictures("dog/2.png"));
  expect(await contents((await openDataset(zip, { classes })).train)).toEqual(["dog 2"]);
  const numbered = await zipOf(await pictures("0/1.png", "2/2.png"));
  expect(await contents((await openDataset(numbered, { classes })).train)).toEqual(["ape 1", "dog 2"]);
});

const bad: [string, string[], RegExp][] = [
  [
    "one class",
    ["cat/1.png", "cat/2.png"],
    /expected two classes or more, got only cat; there is nothing to tell apart/,
  ],
  [
    "an empty class",
    ["cat/1.png", "dog/1.png", "eel/"],
    /expected pictures of every class, got none of eel; add some, or remove/,
  ],
  ["loose pictures", ["cat/1.png", "2.png"], /expected a folder per class with its pictures, got 2.png in none/],
  ["no pictures", ["a/", "b/"], /expected a folder per class with its pictures, got no picture; other forms are/],
  [
    "test labels that are not trained",
    ["train/cat/1.png", "train/dog/1.png", "test/eel/1.png"],
    /expected labels among cat, dog, got eel/,
  ],
];

test.each(bad)("refuses %s", async (_, paths, message) => {
  const zip = await zipOf(paths.map((path) => ({ path, bytes: new Uint8Array() })));
  const error = await openDataset(zip).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
});

test("refuses labels that do not fit, and manifests without pictures", async () => {
  const listOf = (list: string) =>
    zipOf([
      { path: "a.csv", bytes: text(list) },
      { path: "x.png", bytes: text("") },
    ]);
  const open = async (list: string, classes?: string[]) => openDataset(await listOf(list), { classes });
  await expect(open("path,label\nx.png,3", ["a", "b"])).rejects.toThrow(
    /expected labels among a, b, got 3; rename them/,
  );
  await expect(open("path,label\ny.png,a\nz.png,b")).rejects.toThrow(/got none that is there: y.png, z.png/);
  await expect(open("path,label\nx.png")).rejects.toThrow(/expected a path and a label, got x.png in row 1/);
  await expect(open("a,b\nx.png,1")).rejects.toThrow(/expected the columns path and label, got a, b/);
  await expect(open('path,label\n"x.png,1')).rejects.toThrow(/expected quotes to close/);
  await expect(open("path,label\n")).rejects.toThrow(/expected pictures with labels, got none/);
});
