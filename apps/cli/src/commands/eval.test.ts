import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let data: string;
let model: string;
beforeAll(async () => {
  place = await workplace();
  data = await place.pictures("colours", { red: 5, green: 4, blue: 6 });
  model = await place.model("model");
});
afterAll(() => place?.dispose());

interface Found {
  images: number;
  top1: number;
  classes: { name: string; images: number; recall: number }[];
}

test("judges a model, in its own order of classes, and writes one page with the worst mistakes", async () => {
  const out = place.path("judged");
  const found = await json<Found>(["eval", data, "--model", model, "--backend", "wasm", "--out", out, "--worst", "2"]);
  expect(found).toMatchObject({ images: 15, part: "train" });
  expect(found.classes.map(({ name, images }) => [name, images])).toEqual([["red", 5], ["green", 4], ["blue", 6]]); // prettier-ignore
  const right = found.classes.reduce((sum, { images, recall }) => sum + images * recall, 0);
  expect(found.top1).toBeCloseTo(right / 15, 10);
  const evaluation = JSON.parse(await readFile(`${out}/evaluation.json`, "utf8")) as { confusion: number[][] };
  expect(evaluation.confusion.flat().reduce((sum, count) => sum + count)).toBe(15);
  const page = await readFile(`${out}/report.html`, "utf8");
  expect(page.match(/<img src="data:image\/png;base64,/g)).toHaveLength(2);
});

test("prints a table, and names pictures that cannot be read", async () => {
  await place.write("colours/red/broken.png", "no picture");
  const { code, stdout, stderr } = await tessera(["eval", data, "--model", model, "--backend", "wasm"]);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/class +images +recall[^]*red +5[^]*top-1 [\d.]+ % of 15 train/),
  ]);
  expect(stderr).toMatch(/1 pictures could not be read and were left out\n.*broken\.png/);
});

test("refuses labels that the model does not know, and a part that is not there", async () => {
  const others = await place.pictures("others", { red: 1, purple: 1 });
  const unknown = await tessera(["eval", others, "--model", model, "--backend", "cpu"]);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(/expected .*purple/)]);
  const absent = await tessera(["eval", data, "--model", model, "--backend", "cpu", "--part", "test"]);
  expect(absent.stderr).toMatch(/--part: expected one of train, which .* has, got test/);
});
