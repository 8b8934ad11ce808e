import { readFile, readdir, stat } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let data: string;
let model: string;
beforeAll(async () => {
  place = await workplace();
  data = await place.pictures("colours", { red: 24, green: 24, blue: 24 });
  model = await place.model("model");
});
afterAll(() => place?.dispose());

interface Tuned {
  top1: number;
  loss: number;
  run: string;
}

const finetune = (name: string, ...args: string[]) =>
  json<Tuned>(["finetune", data, "--model", model, "--backend", "wasm", "--workers", "0", "--validation", "0.25", "--out", place.path(name), ...args]); // prettier-ignore

/** What the written model gives on the pictures that chose it, and all others. */
const judged = (run: string) => json<{ top1: number }>(["eval", data, "--model", run, "--backend", "wasm"]);

test("trains the head alone on features that are computed once, and resumes with them", async () => {
  const { run, top1 } = await finetune("head", "--only", "head", "--epochs", "60", "--rate", "0.1");
  expect(top1).toBeGreaterThan(0.5);
  expect(await readdir(`${run}/features`)).toEqual(["train.safetensors", "validation.safetensors"]);
  const before = await stat(`${run}/features/train.safetensors`);
  const again = await json<Tuned>(["finetune", data, "--out", run, "--resume"]);
  expect(again).toMatchObject({ top1, run });
  expect((await stat(`${run}/features/train.safetensors`)).mtimeMs).toBe(before.mtimeMs);
  expect((await judged(run)).top1).toBeGreaterThan(0.5);
  const config = JSON.parse(await readFile(`${run}/model/config.json`, "utf8")) as { label_names: string[] };
  expect(config.label_names).toEqual(["blue", "green", "red"]);
}, 90_000);

test("solves for a head in closed form", async () => {
  const { run, top1 } = await finetune("probe", "--only", "probe");
  expect(top1).toBeGreaterThan(0.5);
  expect((await readdir(run)).sort()).toEqual(["accuracy.svg", "config.json", "evaluation.json", "features", "log.jsonl", "loss.svg", "model"]); // prettier-ignore
  expect((await judged(run)).top1).toBeGreaterThan(0.5);
  expect(await readFile(`${run}/model/README.md`, "utf8")).toContain("a linear probe in closed form");
  expect(await json<Tuned>(["finetune", data, "--out", run, "--resume"])).toMatchObject({ top1, run });
  const plan = await tessera(["finetune", data, "--model", model, "--only", "probe", "--dry-run"]);
  expect(plan.stderr).toContain("--dry-run: expected something that is trained, got --only probe");
}, 90_000);

test.each([
  [
    "lora",
    [
      "accuracy.svg",
      "checkpoints",
      "config.json",
      "evaluation.json",
      "log.jsonl",
      "lora.safetensors",
      "loss.svg",
      "model",
    ],
  ],
  ["last-1", ["accuracy.svg", "checkpoints", "config.json", "evaluation.json", "log.jsonl", "loss.svg", "model"]],
  ["full", ["accuracy.svg", "checkpoints", "config.json", "evaluation.json", "log.jsonl", "loss.svg", "model"]],
])(
  "trains %s",
  async (only, files) => {
    const { run, loss } = await finetune(only, "--only", only, "--preset", "lora", "--epochs", "8", "--rate", "0.02");
    expect((await readdir(run)).sort()).toEqual(files);
    expect(loss).toBeLessThan(Math.log(3));
    const [first] = await json<{ top: { label: string }[] }[]>([
      "classify",
      `${data}/red/0.png`,
      "--model",
      `${run}/model`,
    ]);
    expect(first!.top.map(({ label }) => label).sort()).toEqual(["blue", "green", "red"]);
  },
  90_000,
);

test("takes pictures of another size, for which positions are resampled", async () => {
  const { run } = await finetune("larger", "--image-size", "16", "--epochs", "1");
  const config = JSON.parse(await readFile(`${run}/model/config.json`, "utf8")) as { model_args: object };
  expect(config.model_args).toMatchObject({ img_size: 16 });
});

test("refuses more blocks than there are", async () => {
  const args = ["finetune", data, "--model", model, "--backend", "cpu", "--only", "last-9"];
  const { code, stderr } = await tessera(args, { cwd: place.folder });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/expected a whole number from 0 to \d+, got 9/)]);
});
