// node benchmarks/studies.mjs DATA [STUDY…]: the ViT paper's questions on CIFAR-10, with models that are trained in minutes. Runs
// that results/studies.json has are not made again; an interrupted one goes on from its checkpoint in TESSERA_RUNS (runs/).
import { readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useBackend } from "@tessera/backends";
import { initFromImages, summarize, takesImages } from "@tessera/core";
import { evaluationBatches, openDataset, subset, timmPreprocessing, trainingBatches } from "@tessera/data";
import { loadModel, saveModel } from "@tessera/pipeline";
import { Ema, adamW, cosine, crossEntropy, distillation, evaluate, fit, paramGroups } from "@tessera/train";
import { tensorFolder } from "@tessera/weights";
import { tensor4d } from "@tensorflow/tfjs-core";
import { here, host } from "./host.mjs";
import { runs, studies } from "./studies/plan.mjs";

const RESULTS = here("results/studies.json");
const BATCH = 64;
const [folder = "", ...asked] = process.argv.slice(2);
const wanted = asked.length > 0 ? asked : Object.keys(studies);
const names = [...new Set(wanted.flatMap((study) => studies[/** @type {keyof typeof studies} */ (study)] ?? []))];
if (names.length === 0) throw new Error(`studies: expected some of ${Object.keys(studies).join(", ")}, got ${asked}`);

await useBackend("native");
const { train: pictures, test: judges } = await openDataset(folder);
if (!judges) throw new Error(`studies: expected a test part in ${folder}, got none`);
const preprocessing = timmPreprocessing({ input_size: [3, 32, 32], crop_pct: 1, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }); // prettier-ignore
/** @type {import("@tessera/data").Augmentation} */
const augmentation = { crop: { kind: "padded", padding: 4 }, flip: "random" };

/** @typedef {{ images: number, epochs: number, params: number, macs: number, seconds: number, top1: number, loss: number, host: object }} Result */

/** @returns {Record<string, Result>} */
function results() {
  try {
    return JSON.parse(readFileSync(RESULTS, "utf8"));
  } catch {
    return {};
  }
}

const runFolder = (/** @type {string} */ name) =>
  join(process.env["TESSERA_RUNS"] ?? "runs", "studies", name.replace(/\W+/g, "-"));

/** The run whose network teaches others; it stands before them in the plan. */
const TEACHER = "cnn";
const teacherFolder = join(runFolder(TEACHER), "model");

for (const name of names) {
  if (results()[name]) continue;
  const result = await run(name);
  await mkdir(here("results"), { recursive: true });
  await writeFile(`${RESULTS}.part`, `${JSON.stringify({ ...results(), [name]: result }, null, 2)}\n`);
  await rename(`${RESULTS}.part`, RESULTS);
  console.log(`${name}: ${(100 * result.top1).toFixed(1)} %, ${(result.seconds / 60).toFixed(0)} min`);
}

/** @param {string} name @returns {Promise<Result>} */
async function run(name) {
  const { model: build, share, epochs, rate = 1e-3, distillation: kind } = /** @type {import("./studies/plan.mjs").Run} */ (runs[name]); // prettier-ignore
  const own = share < 1 ? subset(pictures, { fraction: share }, 0) : pictures;
  using train = trainingBatches(own, { preprocessing, augmentation, seed: 0 });
  using test = evaluationBatches(judges, { preprocessing });
  using model = build().init(0);
  await show(model);
  const { params, macs } = summarize(model, [1, 32, 32, 3]);
  const steps = epochs * Math.floor(own.length / BATCH);
  const loss = crossEntropy({ smoothing: 0.1 });
  const optimizer = adamW(model.params(), { groups: paramGroups(model, { weightDecay: 0.05 }) });
  const ema = new Ema(model.state(), { decay: 0.995, warmup: true });
  const teacher = kind && (await loadModel(teacherFolder)).model;
  const began = performance.now();
  await fit(model, train, {
    steps,
    batchSize: BATCH,
    optimizer,
    rate: cosine({ rate, steps, warmupSteps: Math.round(0.1 * steps) }),
    loss,
    objective: teacher && distillation(model, (images) => teacher.forward(images), { kind, loss }),
    clipNorm: 1,
    ema,
    checkpoints: { store: tensorFolder(join(runFolder(name), "checkpoints")), every: 200 },
    resume: true,
    onStep({ step, imagesPerSecond, secondsLeft }) {
      if (process.stderr.isTTY) process.stderr.write(`\r${name}: ${step} of ${steps}, ${imagesPerSecond.toFixed(0)} pictures a second, ${secondsLeft.toFixed(0)} s left `); // prettier-ignore
    },
  });
  const seconds = (performance.now() - began) / 1000;
  const { top1, loss: judged } = await evaluate(model, test);
  if (name === TEACHER) await saveModel(model, teacherFolder, { labels: pictures.classes, preprocessing });
  for (const part of [optimizer, ema, teacher]) part?.dispose();
  return { images: own.length, epochs, params, macs, seconds, top1, loss: judged, host: host() };
}

/** Shows a model some pictures, where it takes filters from them. @param {import("@tessera/core").Backbone} model */
async function show(model) {
  if (!takesImages(model)) return;
  using batches = trainingBatches(pictures, { preprocessing, seed: 0 });
  for await (const { images, shape } of batches.batches({ epoch: 0, batchSize: 1000 })) {
    const seen = tensor4d(images, [...shape]);
    await initFromImages(model, seen);
    seen.dispose();
    return;
  }
}
