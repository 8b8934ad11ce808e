import { readFile, readdir } from "node:fs/promises";
import { loadModel } from "@tessera/pipeline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build, startTessera } from "../__fixtures__/start-tessera.ts";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let data: string;
beforeAll(async () => {
  await build();
  place = await workplace();
  data = await place.pictures("colours", { red: 24, green: 24, blue: 24 });
}, 180_000);
afterAll(() => place?.dispose());

const quick = ["--backend", "wasm", "--batch", "16", "--workers", "0"];
const small = [...quick, "--model", "vit", "--arg", "patch_size=4", "embed_dim=16", "depth=1", "num_heads=2"];

interface Trained {
  images: number;
  top1: number;
  loss: number;
  seconds: number;
  part: string;
  run: string;
}

const train = (...args: string[]) => json<Trained>(["train", data, ...small, ...args]);

const log = async (run: string) =>
  (await readFile(`${run}/log.jsonl`, "utf8")).trim().split("\n").map((line) => JSON.parse(line) as Record<string, number>); // prettier-ignore

/** The weights that the last checkpoint of a run holds, with everything else that it holds. */
async function lastCheckpoint(run: string): Promise<Buffer> {
  const names = (await readdir(`${run}/checkpoints`)).filter((name) => name.startsWith("step-"));
  return readFile(`${run}/checkpoints/${names.sort().at(-1)}`);
}

test("trains on a folder, and leaves configuration, log, curves, checkpoints and a model that classifies", async () => {
  const run = place.path("first");
  const done = await train("--epochs", "8", "--rate", "0.01", "--out", run);
  expect(done).toMatchObject({ images: 6, part: "validation", run });
  expect(done.top1).toBeGreaterThan(0.6);
  expect((await readdir(run)).sort()).toEqual(["accuracy.svg", "checkpoints", "config.json", "evaluation.json", "log.jsonl", "loss.svg", "model"]); // prettier-ignore
  const lines = await log(run);
  expect(lines.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(lines.at(-1)!["trainingLoss"]).toBeLessThan(lines[0]!["trainingLoss"]!);
  const card = await readFile(`${run}/model/README.md`, "utf8");
  expect(card).toContain("# vit for 3 classes");
  expect(card).toContain(`tessera train ${data} --backend wasm --batch 16 --model vit --arg patch_size=4`);
  const [first] = await json<{ top: { label: string }[] }[]>([
    "classify",
    `${data}/red/0.png`,
    "--model",
    `${run}/model`,
  ]);
  expect(["red", "green", "blue"]).toContain(first!.top[0]!.label);
}, 120_000);

test("ends by a signal with a checkpoint, and goes on to the same bits", async () => {
  const straight = place.path("straight");
  // All in processes of their own, whatever other tests have set in this one.
  await json(["train", data, ...small, "--epochs", "10", "--out", straight], {}, startTessera);
  const stopped = place.path("stopped");
  const args = ["train", data, ...small, "--epochs", "10", "--out", stopped];
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const outcome = await startTessera([...args, "--resume"], {
      onStart: (child) => child.stdout!.once("data", () => child.kill(signal)),
    });
    expect([outcome.signal, outcome.stderr.includes("error")]).toEqual([signal, false]);
  }
  // What is not said again is taken from the run.
  await json(["train", data, "--out", stopped, "--resume"], {}, startTessera);
  expect(await lastCheckpoint(stopped)).toEqual(await lastCheckpoint(straight));
  const without = (lines: Record<string, number>[]) => lines.map(({ seconds: _s, imagesPerSecond: _i, waiting: _w, ...rest }) => rest); // prettier-ignore
  expect(without(await log(stopped))).toEqual(without(await log(straight)));
}, 180_000);

test("says what differs when a run is resumed with another configuration, and that there is a run already", async () => {
  const run = place.path("other");
  await train("--epochs", "1", "--out", run);
  const { code, stderr } = await tessera([
    "train",
    data,
    "--out",
    run,
    "--resume",
    "--rate",
    "0.5",
    "--arg",
    "depth=2",
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain("expected the configuration of the run that is resumed, got another");
  expect(stderr).toMatch(/model\.args\.depth: expected 1, got 2/);
  expect(stderr).toMatch(/recipe\.rate: expected [\d.]+, got 0\.5/);
  const again = await tessera(["train", data, ...small, "--out", run]);
  expect(again.stderr).toContain("expected no run, got one; --resume goes on with it");
});

test("stops at a loss that is not finite, and names the step", async () => {
  const args = [
    "train",
    data,
    ...small,
    "--epochs",
    "9",
    "--rate",
    "1e30",
    "--set",
    "clipNorm=null",
    "--set",
    "ema=null",
  ];
  const { code, stderr } = await tessera([...args, "--out", place.path("nan")]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/expected a finite loss and gradients, got a loss of NaN at step \d+; .*checkpoint/);
});

test("prints the plan of a dry run, and writes nothing", async () => {
  const run = place.path("dry");
  const plan = await json<Record<string, unknown>>(["train", data, ...small, "--dry-run", "--out", run]);
  expect(plan).toMatchObject({
    model: "vit",
    epochs: 100,
    steps: 400,
    images: { train: 66, validation: 6 },
    backend: "wasm",
  });
  expect(plan["params"]).toBeGreaterThan(1000);
  await expect(readdir(run)).rejects.toThrow("ENOENT");
});

test("trains without pictures that cannot be read, and lists them", async () => {
  const some = await place.pictures("damaged", { red: 20, green: 20 });
  await place.write("damaged/red/broken.png", "no picture");
  const run = await tessera([
    "train",
    some,
    ...small,
    "--epochs",
    "1",
    "--validation",
    "0.2",
    "--out",
    place.path("less"),
  ]);
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("1 pictures could not be read and were left out");
  expect(run.stderr).toMatch(/red\/broken\.png: /);
  expect(await readFile(place.path("less", "skipped.jsonl"), "utf8")).toMatch(
    /^\{"index":\d+,"name":".*red\/broken.png","reason":".*"\}\n$/,
  );
});

/** A folder of two classes, and one for a third that holds no picture. */
async function emptyClass(): Promise<string[]> {
  const pictures = await place.pictures("three", { red: 3, green: 3 });
  await place.write("three/empty/notes.txt", "no picture");
  return [pictures];
}

test.each([
  ["no such data", () => ["nothing-here"], /expected a folder or a file, got no such file or folder: nothing-here/],
  ["one class only", async () => [await place.pictures("one", { red: 3 })], /expected .*two classes/],
  ["a class without pictures", () => emptyClass(), /expected .*empty/],
  [
    "an unknown field",
    () => [data, "--set", "dropPaths=1"],
    /expected a field of the recipe, got "dropPaths"; did you mean dropPath/,
  ],
  ["an unknown model", () => [data, "--model", "vitt"], /expected .*"vitt"/],
  [
    "parts that do not divide a batch",
    () => [data, "--batch", "16", "--accumulate", "3"],
    /--accumulate: expected to divide the batch of 16, got 3/,
  ],
  [
    "a batch larger than the data",
    () => [data, "--batch", "500"],
    /--batch: expected at most the 66 pictures to train on, got 500/,
  ],
  ["--resume without a run's folder", () => [data, "--resume"], /expected the run's folder, got none/],
])("refuses %s", async (_, args, message) => {
  const outcome = await tessera(["train", ...(await args()), "--backend", "cpu"], { cwd: place.folder });
  expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringMatching(message)]);
});

test("learns from another run, and only from one of the same classes", async () => {
  const teacher = place.path("teacher");
  await train("--epochs", "4", "--out", teacher);
  const pupil = place.path("pupil");
  const distilled = ["--model", "deit_tiny_distilled_patch16_224", "--arg", "patch_size=4", "embed_dim=16", "depth=1", "num_heads=2"]; // prettier-ignore
  const args = ["train", data, ...small, ...distilled, "--epochs", "2", "--set", 'distillation={"kind":"soft"}'];
  const done = await json<Trained>([...args, "--teacher", teacher, "--out", pupil]);
  expect(done.images).toBe(6);
  const other = await tessera([...args, "--teacher", "vit_cifar10", "--out", place.path("none")]);
  expect(other.stderr).toContain(
    "--teacher: expected a model of the classes blue, green, red, got vit_cifar10 of airplane",
  );
});

test("a network of convolutions takes its filters from the pictures, and comes back as it was trained", async () => {
  const pictures = await place.pictures("filters", { red: 24, blue: 24 });
  const run = place.path("airbench");
  const model = ["--model", "airbench_small", "--image-size", "16", "--arg", "channels=[8,8,8]"];
  const got = (await json(["train", pictures, "--backend", "native", "--epochs", "6", "--batch", "16", ...model, "--out", run])) as Record<string, number>; // prettier-ignore
  expect(got).toMatchObject({ params: expect.any(Number) });
  const judged = (await json(["eval", pictures, "--model", run, "--backend", "native"])) as Record<string, number>;
  expect(judged["top1"]).toBeGreaterThan(0.9);
}, 180_000);

test("starts a stem as another run's first convolutions", async () => {
  const cnn = place.path("cnn");
  const narrow = ["--model", "airbench94", "--arg", "channels=[4,6,6]", "--preset", "small-cnn"];
  const sized = [...quick, "--image-size", "16"];
  await json<Trained>(["train", data, ...sized, ...narrow, "--epochs", "1", "--out", cnn]);
  const hybrid = (hidden: string) => [
    "train",
    data,
    ...sized,
    "--model",
    "vit_whitened_stem_32",
    "--arg",
    `stem={"kind":"whitened","hidden":${hidden}}`,
    "embed_dim=16",
    "depth=1",
    "num_heads=2", // prettier-ignore
  ];
  const pupil = place.path("hybrid");
  // At such a rate nothing moves, and averages of the same differ by rounding.
  await json<Trained>([
    ...hybrid("[4,6]"),
    "--stem",
    cnn,
    "--epochs",
    "1",
    "--rate",
    "1e-20",
    "--set",
    "finalRate=0",
    "--out",
    pupil,
  ]);
  const [taught, learnt] = await Promise.all(
    [cnn, pupil].map((run) => loadModel(`${run}/model`, { signal: AbortSignal.timeout(60_000) })),
  );
  for (const path of ["whiten.weight", "groups.0.conv1.weight", "groups.1.norm2.bias"]) {
    const [expected, got] = [taught!.model.state().get(path)!, learnt!.model.state().get(`patch_embed.${path}`)!];
    await expect(got.value).toBeAllClose(expected.value, { rtol: 1e-5, atol: 1e-7 });
  }
  for (const loaded of [taught!, learnt!]) loaded.model.dispose();
  const wider = await tessera([...hybrid("[4,8]"), "--stem", cnn]);
  expect([wider.code, wider.stderr]).toEqual([
    1,
    expect.stringContaining("to begin with groups.1.conv1.weight of [8, 4, 3, 3], got [6, 4, 3, 3]"),
  ]);
  const patches = await tessera(["train", data, ...small, "--stem", cnn]);
  expect(patches.stderr).toContain("--stem: expected a model with a stem of convolutions, got one of patches");
}, 180_000);
