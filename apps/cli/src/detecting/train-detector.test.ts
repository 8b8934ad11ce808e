import { readFile, readdir, rm } from "node:fs/promises";
import { loadDetector, loadModel } from "@tessera/pipeline";
import { afterAll, beforeAll, expect, test } from "vitest";
import sharp from "sharp";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let data: string;
beforeAll(async () => {
  place = await workplace();
  data = await squares("squares", { train: 24, test: 6 });
});
afterAll(() => place?.dispose());

/** Grey pictures of 32 to 40 pixels with a red or a blue square each, as COCO has them. */
async function squares(folder: string, parts: Readonly<Record<string, number>>): Promise<string> {
  for (const [part, count] of Object.entries(parts)) {
    const [images, annotations]: [object[], object[]] = [[], []];
    for (let i = 0; i < count; i++) {
      const [width, height, side] = [32 + (i % 3) * 4, 32 + (i % 2) * 8, 12] as const;
      const [left, top] = [(7 * i) % (width - side), (5 * i) % (height - side)];
      const background = { r: 120, g: 120, b: 120 };
      const square = {
        create: { width: side, height: side, channels: 3, background: i % 2 ? "red" : "blue" },
      } as const;
      const picture = sharp({ create: { width, height, channels: 3, background } });
      const drawn = picture.composite([{ input: await sharp(square).png().toBuffer(), left, top }]);
      await place.write(`${folder}/${part}/${i}.png`, await drawn.png().toBuffer());
      images.push({ id: 10 * i, file_name: `${i}.png`, width, height });
      annotations.push({ id: i, image_id: 10 * i, category_id: i % 2 ? 7 : 3, bbox: [left, top, side, side], area: side ** 2, iscrowd: 0 }); // prettier-ignore
    }
    const categories = [{ id: 3, name: "blue" }, { id: 7, name: "red" }]; // prettier-ignore
    await place.write(`${folder}/annotations/instances_${part}.json`, JSON.stringify({ images, annotations, categories })); // prettier-ignore
  }
  return place.path(folder);
}

const backbone = { block: "basic", depths: [1, 1, 1, 1], widths: [8, 8, 8, 8], stemWidth: 8, outputStride: 8, frozenNorm: false }; // prettier-ignore
const small = ["--task", "detection", "--backend", "wasm", "--batch", "8", "--arg", "queries=4", "width=16", "heads=2", "encoderDepth=1", "decoderDepth=1", "mlpDim=16", `backbone=${JSON.stringify(backbone)}`]; // prettier-ignore

interface Trained {
  images: number;
  AP: number;
  AP50: number;
  part: string;
  run: string;
  classes: { name: string; AP: number }[];
}

const train = (...args: string[]) => json<Trained>(["train", data, ...small, ...args]);

const lastCheckpoint = async (run: string): Promise<Buffer> => {
  const names = (await readdir(`${run}/checkpoints`)).filter((name) => name.startsWith("step-")).sort();
  return readFile(`${run}/checkpoints/${names.at(-1)}`);
};

test("trains a detector, and leaves configuration, log, curves, checkpoints and a model that detects and is judged", async () => {
  const run = place.path("first");
  const done = await train("--epochs", "2", "--out", run);
  expect(done).toMatchObject({ images: 6, part: "test", run });
  expect(Object.keys(done)).toEqual(expect.arrayContaining(["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"])); // prettier-ignore
  expect(done.classes.map(({ name }) => name)).toEqual(["blue", "red"]);
  expect((await readdir(run)).sort()).toEqual(["checkpoints", "config.json", "evaluation.json", "log.jsonl", "loss.svg", "model", "precision.svg"]); // prettier-ignore
  const lines = (await readFile(`${run}/log.jsonl`, "utf8")).trim().split("\n").map((line) => JSON.parse(line) as object); // prettier-ignore
  expect(lines).toMatchObject([{ epoch: 1 }, { epoch: 2 }]);
  expect(lines[0]).toMatchObject({ AP50: expect.any(Number) as number, trainingLoss: expect.any(Number) as number });
  expect(await readFile(`${run}/model/README.md`, "utf8")).toContain(`tessera train ${data} --task detection`);

  const found = await json<{ objects: object[] }[]>([
    "detect",
    `${data}/test/0.png`,
    "--model",
    run,
    "--threshold",
    "0",
  ]);
  expect(found[0]!.objects).toHaveLength(4);
  const judged = await json<Trained>(["eval", data, "--task", "detection", "--model", run, "--backend", "wasm", "--batch", "4"]); // prettier-ignore
  expect([judged.images, judged.part, judged.AP]).toEqual([6, "test", done.AP]);
  const shown = await tessera(["eval", data, "--task", "detection", "--model", run, "--out", place.path("judged")]);
  expect(shown.stdout).toMatch(/AP .* of 6 things on 6 test pictures/);
  expect(await readdir(place.path("judged"))).toEqual(["evaluation.json"]);
}, 120_000);

test("goes on to the same bits where a run stopped, with what was said before", async () => {
  const [straight, stopped] = [place.path("straight"), place.path("stopped")];
  await train("--epochs", "2", "--out", straight, "--seed", "5");
  await train("--epochs", "2", "--out", stopped, "--seed", "5");
  // What a killed run leaves: a checkpoint that is not the last.
  const names = (await readdir(`${stopped}/checkpoints`)).filter((name) => name.startsWith("step-")).sort();
  await rm(`${stopped}/checkpoints/${names.at(-1)}`);
  await json(["train", data, "--out", stopped, "--resume"]);
  expect(await lastCheckpoint(stopped)).toEqual(await lastCheckpoint(straight));
}, 120_000);

test("begins with a backbone that has learnt to tell pictures apart", async () => {
  const classes = await place.pictures("colours", { red: 12, blue: 12 });
  const resnet = place.path("resnet");
  const narrow = ["--model", "resnet18", "--arg", "layers=[1,1,1,1]", "channels=[8,8,8,8]"];
  await json(["train", classes, ...narrow, "--backend", "wasm", "--batch", "8", "--workers", "0", "--epochs", "1", "--out", resnet]); // prettier-ignore
  const run = place.path("begun");
  const wide = [
    ...small.slice(0, -1),
    `backbone=${JSON.stringify({ ...backbone, stemWidth: 64, outputStride: 32, frozenNorm: true })}`,
  ];
  await json(["train", data, ...wide, "--epochs", "1", "--backbone", resnet, "--out", run]); // prettier-ignore
  const [from, to] = [await loadModel(`${resnet}/model`), await loadDetector(`${run}/model`)];
  // Frozen norms stay as they came.
  for (const path of ["bn1.running_var", "layer1.0.bn2.weight", "layer4.0.bn2.running_mean"]) {
    const [learnt, begun] = [from.model.state().get(path)!, to.model.state().get(`backbone.0.body.${path}`)!];
    expect(await begun.value.data()).toEqual(await learnt.value.data());
  }
  from.model.dispose();
  to.model.dispose();
  const other = await tessera(["train", data, ...small, "--backbone", resnet]);
  expect(other.stderr).toContain(
    "to be the detector's backbone, got conv1.weight of [64, 3, 7, 7] for [8, 3, 7, 7]; --arg backbone says",
  );
  const classifier = await tessera(["train", classes, "--backbone", resnet]);
  expect(classifier.stderr).toContain("--backbone: expected --task detection, got none");
}, 120_000);

test("prints the plan of a dry run, and says what a detector's training does not have", async () => {
  const plan = await json<Record<string, unknown>>(["train", data, ...small, "--dry-run"]);
  expect(plan).toMatchObject({ model: "detr", objects: 24, imageSize: 32, images: { test: 6 }, backend: "wasm" });
  const teacher = await tessera(["train", data, ...small, "--teacher", "other"]);
  expect(teacher.stderr).toContain('--teacher: expected none with --task detection, got "other"; leave it out');
  const preset = await tessera(["train", data, ...small, "--preset", "deit"]);
  expect(preset.stderr).toContain('expected one of detr, deformable-detr, small-detection, got "deit"');
  const set = await tessera(["train", data, ...small, "--set", "mixup=1"]);
  expect(set.stderr).toContain('--set: expected a field of the recipe, got "mixup"');
  const none = await tessera(["eval", data, "--task", "detection"]);
  expect(none.stderr).toContain("eval: expected a detector, got none; pass --model");
  const other = await tessera(["eval", data, "--task", "detection", "--model", await place.detector("cats")]);
  expect(other.stderr).toContain("--model: expected a detector of blue, red, which");
});
