// Whole trainings against timm and PyTorch: the same weights, images and rates, and what came of them.
import { type Tensor, tensor4d } from "@tensorflow/tfjs-core";
import { registerGradients } from "@tessera/core";
import { type Goldens, readGoldens, restore } from "@tessera/testing";
import { expect, test } from "vitest";
import { channelsLast } from "../__fixtures__/channels-last.ts";
import { SmallVit, type SmallVitConfig } from "../__fixtures__/small-vit.ts";
import { Ema } from "../averages/ema.ts";
import type { Batch, TrainingData } from "../data.ts";
import { paramGroups } from "../groups/param-groups.ts";
import { crossEntropy } from "../losses/cross-entropy.ts";
import { mixBatch } from "../mixing/mix-batch.ts";
import { adamW } from "../optimizers/adam.ts";
import { cosine } from "../schedules/cosine.ts";
import { fit } from "./fit.ts";
import type { StepReport } from "./options.ts";

registerGradients();
const size: SmallVitConfig = { imageSize: 16, patchSize: 4, width: 32, depth: 2, heads: 2, classes: 5 };
const batchSize = 8;
const close = { rtol: 1e-3, atol: 1e-5 };

async function modelOf(goldens: Goldens, config: SmallVitConfig): Promise<SmallVit> {
  const weights = [...goldens.tensors].filter(([name]) => name.startsWith("weights/"));
  const model = new SmallVit(config);
  await model.load(
    Object.fromEntries(weights.map(([name, stored]) => [name.slice("weights/".length), restore(stored)])),
  );
  return model;
}

/** A batch a step, in the reference's order. */
function dataOf(goldens: Goldens): TrainingData {
  const { data: labels, shape } = goldens.get("labels");
  const images = channelsLast(goldens.get("images"));
  const pixels = images.length / labels.length;
  return {
    classes: ["0", "1", "2", "3", "4"],
    length: labels.length,
    async *batches({ from = 0 }) {
      for (let step = from; step < shape[0]!; step++) {
        const [first, last] = [step * batchSize, (step + 1) * batchSize];
        yield {
          images: images.slice(first * pixels, last * pixels),
          shape: [batchSize, 16, 16, 3],
          labels: labels.slice(first, last) as Int32Array,
          indices: Int32Array.from({ length: batchSize }, (_, i) => first + i),
        };
      }
    },
  };
}

async function expectReports(reports: readonly StepReport[], goldens: Goldens): Promise<void> {
  await expect(reports.map(({ loss }) => loss)).toBeAllClose(goldens.get("losses"), close);
  await expect(reports.map(({ gradientNorm }) => gradientNorm!)).toBeAllClose(goldens.get("grad_norms"), close);
}

test("ten steps of AdamW: warm-up, cosine, clipping, smoothing, decay of matrices", async () => {
  const goldens = await readGoldens(new URL("../__fixtures__/training_adamw.safetensors", import.meta.url));
  const model = await modelOf(goldens, size);
  const optimizer = adamW(model.params(), { groups: paramGroups(model, { weightDecay: 0.05 }) });
  const reports: StepReport[] = [];
  const rates = [...goldens.get("lrs").data];
  await fit(model, dataOf(goldens), {
    steps: 10,
    batchSize,
    optimizer,
    rate: (step) => rates[step]!,
    loss: crossEntropy({ smoothing: 0.1 }),
    clipNorm: 1,
    onStep: (report) => void reports.push(report),
  });
  await expectReports(reports, goldens);
  for (const [path, { value }] of model.params()) {
    const { data } = goldens.get(`final/${path}`);
    // Softmax ignores what is added to all keys: their bias has a gradient of rounding noise, which Adam turns into whole steps.
    const isKey = (place: number) => path.endsWith("qkv.bias") && Math.floor(place / size.width) === 1;
    const kept = (values: ArrayLike<number>) => Array.from(values).filter((_, place) => !isKey(place));
    await expect(kept(await value.data()), path).toBeAllClose(kept(data), close);
  }
  optimizer.dispose();
});

test("six steps of fine-tuning: rates by layer, mixup and cutmix, soft targets, averages", async () => {
  const goldens = await readGoldens(new URL("../__fixtures__/training_finetune.safetensors", import.meta.url));
  const model = await modelOf(goldens, { ...size, pool: "mean", qkvBias: false });
  const groups = paramGroups(model, { weightDecay: 0.05, layerDecay: 0.75 });
  const optimizer = adamW(model.params(), { groups });
  const ema = new Ema(model.params(), { decay: 0.9, warmup: true });
  const rate = cosine({ rate: 2e-3, steps: 8, minRate: 1e-5, warmupSteps: 2, warmupRate: 1e-5 });
  const reports: StepReport[] = [];
  await fit(model, dataOf(goldens), {
    steps: 6,
    batchSize,
    optimizer,
    rate,
    ema,
    clipNorm: 1,
    mix: (batch) => mixed(batch, goldens),
    onStep: (report) => void reports.push(report),
  });
  await expectReports(reports, goldens);
  const scales = [...new Set([...groups.values()].map(({ rateScale }) => rateScale))];
  expect(new Set(goldens.get("lr_scales").data)).toEqual(new Set(scales.map(Math.fround)));
  const { data: rates } = goldens.get("lrs");
  const highest = Array.from({ length: 6 }, (_, step) => Math.max(...rates.slice(8 * step, 8 * (step + 1))));
  await expect(highest).toBeAllClose(Array.from(highest, (_, step) => rate(step)), { rtol: 1e-6, atol: 0 }); // prettier-ignore

  const first = tensor4d(channelsLast(goldens.get("images")).slice(0, batchSize * 16 * 16 * 3), [batchSize, 16, 16, 3]);
  const expectWeights = async (name: string, logits: string) => {
    for (const [path, { value }] of model.params())
      await expect(value as Tensor, `${name} ${path}`).toBeAllClose(goldens.get(`${name}/${path}`), close);
    await expect(model.forward(first)).toBeAllClose(goldens.get(`eval/${logits}`), close);
  };
  await expectWeights("ema", "ema_logits");
  ema.swap();
  await expectWeights("final", "logits");
  for (const used of [optimizer, ema, first]) used.dispose();
});

/** As the reference mixed it: the two boxes lie where these centres put them. */
function mixed(batch: Batch, goldens: Goldens): Batch {
  const step = batch.indices[0]! / batchSize;
  const boxes = new Map([
    [1, { lambda: 0.75, centre: [8, 8] as const }],
    [4, { lambda: 0.75, centre: [2, 12] as const }],
  ]);
  const mix = boxes.get(step) ?? { lambda: goldens.get("lams").data[step]! };
  return mixBatch(batch, 5, () => mix, 0.1);
}
