import { FormatError } from "@tessera/core";
import { describe, expect, test } from "vitest";
import { zipOf } from "../__fixtures__/archives.ts";
import { encodePng } from "../__fixtures__/encode-png.ts";
import { flat } from "../__fixtures__/pictures.ts";
import type { DetectionDataset } from "./detection-dataset.ts";
import { openDetectionDataset } from "./open-detection-dataset.ts";

const size = { width: 20, height: 10 };
const png = await encodePng(flat(size.width, size.height, [9, 9, 9]));

/** A data set of files by their paths, in a zip; a picture is there by its name alone. */
async function open(files: Record<string, string | object>, pictures: readonly string[] = []) {
  const written = Object.entries(files).map(([path, content]) => ({
    path,
    bytes: new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content)),
  }));
  const zip = await zipOf([...written, ...pictures.map((path) => ({ path, bytes: png }))]);
  return openDetectionDataset(new File([zip as BlobPart], "things.zip"));
}

/** What is on each picture, and where. */
function contents(dataset: DetectionDataset): string[] {
  return Array.from({ length: dataset.length }, (_, i) => {
    const things = dataset.objectsOf(i, size).map(({ label, box }) => `${dataset.classes[label]} ${box.map((at) => Number(at.toFixed(4))).join(",")}`); // prettier-ignore
    return `${dataset.nameOf(i).replace(/^things.zip: /, "")}: ${things.join("; ")}`;
  });
}

describe("COCO's JSON", () => {
  const coco = {
    images: [
      { id: 7, file_name: "1.png", ...size },
      { id: 70, file_name: "2.png", ...size },
    ],
    categories: [
      { id: 90, name: "dog" },
      { id: 3, name: "cat" },
    ],
    annotations: [
      { id: 1, image_id: 7, category_id: 90, bbox: [1, 2, 3, 4], area: 9, iscrowd: 0 },
      { id: 2, image_id: 7, category_id: 3, bbox: [0, 0, 20, 10], iscrowd: 1 },
    ],
  };

  test("ids with gaps, crowds, areas, and pictures without objects", async () => {
    const { train } = await open({ "annotations/instances_default.json": coco }, ["images/1.png", "images/2.png"]);
    expect(train.classes).toEqual(["cat", "dog"]);
    expect(contents(train)).toEqual(["images/1.png: dog 1,2,3,4; cat 0,0,20,10", "images/2.png: "]);
    expect(train.objectsOf(0, size).map(({ area, isCrowd }) => [area, isCrowd])).toEqual([[9, false], [200, true]]); // prettier-ignore
    expect(await train.read(0)).toMatchObject(size);
  });

  test("parts, by the names of the files, each with its pictures", async () => {
    const val = { ...coco, images: [{ id: 1, file_name: "1.png", ...size }], annotations: [{ image_id: 1, category_id: 3, bbox: [0, 0, 1, 1] }] }; // prettier-ignore
    const files = { "annotations/instances_train2017.json": coco, "annotations/instances_val2017.json": val, "annotations/captions_val2017.json": val }; // prettier-ignore
    const { train, test: judged } = await open(files, ["train2017/1.png", "train2017/2.png", "val2017/1.png"]);
    expect(contents(train)[0]).toMatch(/^train2017/);
    expect(contents(judged!)).toEqual(["val2017/1.png: cat 0,0,1,1"]);
  });

  test("a picture that has been made smaller since keeps its boxes, one that was turned is an error", async () => {
    const { train } = await open({ "a.json": coco }, ["1.png", "2.png"]);
    expect(train.objectsOf(0, { width: 10, height: 5 })[0]).toMatchObject({ box: [0.5, 1, 1.5, 2], area: 2.25 });
    expect(() => train.objectsOf(0, { width: 10, height: 20 })).toThrow(
      "expected a picture of 20×10, as its annotations have it, got one of 10×20; was it turned or cut?",
    );
  });

  const object = (bbox: unknown) => ({ ...coco, annotations: [...coco.annotations, { image_id: 70, category_id: 3, bbox }] }); // prettier-ignore
  test("boxes beyond the picture are counted, boxes without an area are left out and counted", async () => {
    const sides = [[-5, 0, 10, 5], [15, 5, 10, 10], [3, 3, 0, 4], [3, 3, 4, -1], [30, 2, 4, 4], [0, 0, 20.001, 10]]; // prettier-ignore
    const annotations = sides.map((bbox) => ({ image_id: 7, category_id: 3, bbox }));
    const { train } = await open({ "a.json": { ...coco, annotations } }, ["1.png"]);
    expect([train.objects, train.beyond, train.empty]).toEqual([3, 2, 3]);
    expect(contents(train)[0]).toBe("1.png: cat -5,0,10,5; cat 15,5,10,10; cat 0,0,20.001,10");
  });

  test("10,000 boxes", async () => {
    const annotations = Array.from({ length: 10_000 }, (_, i) => ({ image_id: 7, category_id: 3, bbox: [i % 19, i % 9, 1, 1] })); // prettier-ignore
    const file = new File([JSON.stringify({ ...coco, annotations })], "a.json");
    const { train } = await openDetectionDataset([file, new File([png as BlobPart], "1.png")]);
    expect(train.objectsOf(0, size)).toHaveLength(10_000);
  });

  test.each([
    [object([1, 2, null, 4]), "annotations[2] with a bbox of four numbers, got [1, 2, null, 4]"],
    [object([1, 2, 3]), "annotations[2] with a bbox of four numbers, got [1, 2, 3]"],
    [JSON.stringify(object([1, 2, 3, 4])).replaceAll("[1,", "[NaN,"), "a.json: expected JSON, got"], // as Python writes it
    [JSON.stringify(coco).slice(0, -9), "a.json: expected JSON, got"],
    [{ ...coco, annotations: [{ image_id: 8, category_id: 3, bbox: [1, 2, 3, 4] }] }, "annotations[0] with an image_id among the images, got 8"], // prettier-ignore
    [{ ...coco, annotations: [{ image_id: 7, category_id: 4, bbox: [1, 2, 3, 4] }] }, "annotations[0] with a category_id among the categories, got 4"], // prettier-ignore
    [{ ...coco, annotations: [] }, "expected an object on a picture, got none on 2 of them; there is nothing to find"],
    [{ ...coco, images: [], annotations: [] }, "expected pictures with annotations, got none"],
    [{ ...coco, images: [{ id: 1, file_name: "1.png" }] }, "images[0] with a width and height of at least 1"],
    [{ ...coco, categories: [{ id: 1, name: "a" }, { id: 2, name: "a" }] }, "categories[1] with an id and a name of its own"], // prettier-ignore
    [{ ...coco, annotations: "none" }, 'expected annotations as a list of objects, got "none"'],
  ])("refuses %#", async (document, message) => {
    const opening = open({ "a.json": document as object }, ["1.png", "2.png"]);
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(message);
  });
});

describe("Pascal VOC's XML", () => {
  const object = (name: string, box: readonly (number | string)[], more = "") =>
    `<object><name>${name}</name>${more}<bndbox>${["xmin", "ymin", "xmax", "ymax"].map((side, i) => `<${side}>${box[i]}</${side}>`).join("")}</bndbox></object>`; // prettier-ignore
  const xml = (...objects: string[]) =>
    `<annotation><filename>elsewhere.jpg</filename><size><width>20</width><height>10</height><depth>3</depth></size>${objects.join("")}</annotation>`;

  test("pixels are counted from 1; parts are lists of names", async () => {
    const files = {
      "VOC2012/Annotations/a.xml": xml(object("dog", [1, 1, 20, 10]), object("cat &amp; co", [2, 3.5, 5, 7], "<difficult>1</difficult>")),
      "VOC2012/Annotations/b.xml": xml(object("dog", [3, 3, 4, 4])),
      "VOC2012/Annotations/c.xml": xml(),
      "VOC2012/ImageSets/Main/train.txt": "a\n",
      "VOC2012/ImageSets/Main/val.txt": "b\nc\n",
    }; // prettier-ignore
    const { train, test: judged } = await open(
      files,
      ["a", "b", "c"].map((name) => `VOC2012/JPEGImages/${name}.png`),
    );
    expect(train.classes).toEqual(["cat & co", "dog"]);
    expect(contents(train)).toEqual(["VOC2012/JPEGImages/a.png: dog 0,0,20,10; cat & co 1,2.5,4,4.5"]);
    expect(contents(judged!)).toEqual(["VOC2012/JPEGImages/b.png: dog 2,2,2,2", "VOC2012/JPEGImages/c.png: "]);
  });

  test("a picture beside its file", async () => {
    const { train } = await open({ "train/a.xml": xml(object("dog", [1, 1, 2, 2])) }, ["train/a.png"]);
    expect(contents(train)).toEqual(["train/a.png: dog 0,0,2,2"]);
  });

  test.each([
    [xml(object("dog", [1, 1, 2, 2])).slice(0, -20), /a\.xml: expected XML, got .*; is the file cut\?/],
    ["<html></html>", "expected <annotation> with objects, got <html>"],
    [xml(object("dog", ["nan", 1, 2, 2])), "object 1: expected <xmin> of a number, got nan"],
    [xml(object("", [1, 1, 2, 2])), "object 1: expected a <name>, got none"],
    [xml("<object><name>dog</name></object>"), "object 1: expected <xmin> of a number, got none"],
    [xml().replace("<width>20", "<width>0"), "expected a <size> of at least 1, got 0×10"],
    ['<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]>' + xml(object("&z;", [1, 1, 2, 2])), "expected XML, got"],
    ["", "expected XML, got"],
  ])("refuses %#", async (document, message) => {
    await expect(open({ "a.xml": document }, ["a.png"])).rejects.toThrow(message);
  });
});

describe("YOLO's text", () => {
  const yaml = "path: ../things\ntrain: images/some\nval: images/others\nnames:\n  0: cat\n  1: dog\n";

  test("data.yaml names classes and parts; outlines become boxes; a picture without a file has no objects", async () => {
    const files = { "data.yaml": yaml, "labels/some/1.txt": "1 0.5 0.5 0.5 1\r\n0 0.1 0.1 0.2 0.1 0.2 0.4\n", "labels/others/3.txt": "0 0.5 0.5 0.1 0.1" }; // prettier-ignore
    const { train, test: judged } = await open(files, ["images/some/1.png", "images/some/2.png", "images/others/3.png"]); // prettier-ignore
    expect(train.classes).toEqual(["cat", "dog"]);
    expect(contents(train)).toEqual(["images/some/1.png: dog 5,0,10,10; cat 2,1,2,3", "images/some/2.png: "]);
    expect(contents(judged!)).toEqual(["images/others/3.png: cat 9,4.5,2,1"]);
  });

  test("classes.txt and files beside the pictures", async () => {
    const { train } = await open({ "classes.txt": "cat\ndog\n\n", "1.txt": "1 0.5 0.5 0.5 1" }, ["1.png"]);
    expect(contents(train)).toEqual(["1.png: dog 5,0,10,10"]);
  });

  test("the same name in two parts is each part's own", async () => {
    const files = { "data.yaml": "names: [cat]", "train/labels/1.txt": "0 0.5 0.5 1 1", "valid/labels/1.txt": "0 0.5 0.5 0.5 0.5" }; // prettier-ignore
    const { train, test: judged } = await open(files, ["train/images/1.png", "valid/images/1.png"]);
    expect([...contents(train), ...contents(judged!)]).toEqual(["train/images/1.png: cat 0,0,20,10", "valid/images/1.png: cat 5,2.5,10,5"]); // prettier-ignore
  });

  test.each([
    [yaml, "2 0.5 0.5 1 1", "1.txt: expected classes from 0 to 1, got 2 in line 1; has the list of names all of them?"],
    [yaml, "0 0.5 0.5 1", "expected a class and four numbers, or an outline, got 0 0.5 0.5 1 in line 1"],
    [yaml, "0 nan 0.5 1 1", "expected a class and four numbers, or an outline, got 0 nan 0.5 1 1 in line 1"],
    ["names: {0: cat, 2: dog}", "", "data.yaml: expected names, a list or by their numbers from 0, got {"],
    ["nc: 2", "", "data.yaml: expected names, a list or by their numbers from 0, got nothing"],
    ["names: [cat", "", "data.yaml: expected YAML, got"],
    [yaml, "", "there is nothing to find"],
  ])("refuses %#", async (config, labels, message) => {
    const opening = open({ "data.yaml": config, "1.txt": labels }, ["1.png"]);
    await expect(opening).rejects.toThrow(message);
  });
});

describe("labelme's JSON", () => {
  const file = (imagePath: string, ...shapes: object[]) => ({ version: "5.5.0", flags: {}, shapes, imagePath, imageData: null, imageWidth: 20, imageHeight: 10 }); // prettier-ignore
  const shape = (label: string, type: string, ...points: number[][]) => ({ label, shape_type: type, points });

  test("boxes around shapes of every kind; a point is none", async () => {
    const files = {
      "a.json": file("../pictures/a.png", shape("dog", "rectangle", [5, 6], [1, 2]), shape("cat", "circle", [5, 5], [5, 7])),
      "b.json": file("b.png", shape("dog", "polygon", [1, 1], [4, 2], [3, 7]), shape("cat", "point", [3, 3])),
    }; // prettier-ignore
    const { train } = await open(files, ["a.png", "b.png"]);
    expect(train.classes).toEqual(["cat", "dog"]);
    expect(contents(train)).toEqual(["a.png: dog 1,2,4,4; cat 3,3,4,4", "b.png: dog 1,1,3,6"]);
    expect(train.empty).toBe(1);
  });

  test.each([
    [file("a.png", { label: "dog", points: [] }), "a.json: expected shapes[0] with a label and points, got {"],
    [{ ...file("a.png"), imageWidth: null }, "expected imageWidth and imageHeight of at least 1, got null and 10"],
    [file("a.png"), "expected an object on a picture, got none on 1 of them; there is nothing to find"],
  ])("refuses %#", async (document, message) => {
    await expect(open({ "a.json": document }, ["a.png"])).rejects.toThrow(message);
  });
});

test("says which forms there are", async () => {
  await expect(open({}, ["cat/1.png", "dog/2.png"])).rejects.toThrow(
    "things.zip: expected annotations of things on pictures, got cat/1.png, dog/2.png; forms are COCO's JSON, Pascal VOC's XML, YOLO's text with data.yaml or classes.txt, and labelme's JSON",
  );
});

test("a class that the training pictures do not have is an error of the test ones", async () => {
  const file = (label: string) => ({ shapes: [{ label, points: [[0, 0], [3, 3]] }], imagePath: "1.png", imageWidth: 20, imageHeight: 10 }); // prettier-ignore
  const opening = open({ "train/1.json": file("cat"), "test/1.json": file("cow") }, ["train/1.png", "test/1.png"]);
  await expect(opening).rejects.toThrow(
    "expected objects among cat, got cow on test/1.png; rename it, or pass the classes that it is of",
  );
});
