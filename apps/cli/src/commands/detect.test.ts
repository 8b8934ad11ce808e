import { readFile, readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import sharp from "sharp";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let detector: string;
let pictures: string[];
beforeAll(async () => {
  place = await workplace();
  detector = await place.detector("detector");
  pictures = [
    await place.picture("000000000042.jpg", { width: 60, height: 40 }),
    await place.picture("two.png", { width: 30, height: 20 }),
  ];
});
afterAll(() => place?.dispose());

const small = (...args: string[]) => ["detect", "--model", detector, ...args];

interface Found {
  image: string;
  width: number;
  height: number;
  objects: { score: number; label: string; index: number; box: Record<"xmin" | "ymin" | "xmax" | "ymax", number> }[];
}

describe("tessera detect", () => {
  test("prints what is on each picture and where, and draws it with --out", async () => {
    const out = place.path("annotated");
    const { code, stdout, stderr } = await tessera(small(...pictures, "--out", out));
    expect([code, stderr]).toEqual([0, `wrote 2 pictures to ${out}\n`]);
    expect(stdout).toMatch(
      /^000000000042\.jpg {2}60×40 {2}\d+ ms\n(?: {2}dog & <bone> {2} ?\d+\.\d %(?: +-?\d+){4}\n){4}two\.png/,
    );
    expect((await readdir(out)).sort()).toEqual(["000000000042.jpg", "two.png"]);
    const drawn = sharp(await readFile(place.path("annotated", "two.png")));
    // large enough for labels to be read, with more colours than the one that the picture had
    expect(await drawn.metadata()).toMatchObject({ width: 640, height: 427, format: "png" });
    expect((await drawn.stats()).channels.every(({ min, max }) => max - min > 40)).toBe(true);
  });

  test("--json has all of it, by the documented schema", async () => {
    const documents = await json<Found[]>(small(...pictures, "--threshold", "0.5"));
    expect(documents.map(({ image }) => image)).toEqual(pictures);
    for (const document of documents) {
      expect(Object.keys(document)).toEqual(["image", "width", "height", "objects", "ms"]);
      expect(document.objects).toHaveLength(4);
      for (const { score, label, index, box } of document.objects) {
        expect([score > 0.5, label, index]).toEqual([true, "dog & <bone>", 2]);
        expect(Object.keys(box)).toEqual(["xmin", "ymin", "xmax", "ymax"]);
      }
    }
  });

  test("--coco writes results by the pictures' numbers, unsure ones too", async () => {
    const coco = place.path("results.json");
    const { code, stdout, stderr } = await tessera(small(...pictures, "--coco", coco));
    expect([code, stdout, stderr]).toEqual([0, "", `wrote ${coco}: 8 objects on 2 pictures\n`]);
    const results = JSON.parse(await readFile(coco, "utf8")) as {
      image_id: unknown;
      bbox: number[];
      category_id: number;
    }[];
    expect(results.map(({ image_id }) => image_id)).toEqual([...Array(4).fill(42), ...Array(4).fill("two")]);
    const [document] = await json<Found[]>(small(pictures[0]!));
    const { xmin, ymin, xmax, ymax } = document!.objects[0]!.box;
    expect(results[0]).toMatchObject({ category_id: 2, bbox: [xmin, ymin, xmax - xmin, ymax - ymin] });
  });

  test("goes on with the rest where a picture cannot be read, and then writes no results", async () => {
    const coco = place.path("never.json");
    const missing = place.path("missing.jpg");
    const { code, stderr } = await tessera(small(missing, pictures[1]!, "--coco", coco));
    expect(code).toBe(1);
    expect(stderr).toContain(`${coco} was not written: 1 of 2 pictures could not be read`);
    expect(await readdir(place.folder)).not.toContain("never.json");
  });

  test("asks for a detector, and says what is none", async () => {
    const none = await tessera(["detect", pictures[0]!]);
    expect(none.stderr).toBe(
      "error: detect: expected a detector, got none; pass --model, for example --model facebook/detr-resnet-50\n",
    );
    const other = await tessera(["detect", pictures[0]!, "--model", await place.model("vit")]);
    expect([other.code, other.stdout]).toEqual([1, ""]);
    expect(other.stderr).toContain('expected a detector or a family of them, got "vit"');
  });
});
