import { type Backbone, TesseraError } from "@tessera/core";
import { evaluationBatches } from "@tessera/data";
import {
  FeatureHead,
  type FeatureSet,
  type TrainingData,
  addLora,
  evaluate,
  extractFeatures,
  featureData,
  linearProbe,
  trainLastBlocks,
} from "@tessera/train";
import { saveSafetensors, tensorFolder } from "@tessera/weights";
import { join } from "node:path";
import { progress } from "../progress.ts";
import { print } from "../report.ts";
import { storedTensors } from "./stored-tensors.ts";
import type { Job, Loaded } from "./job.ts";
import type { RunFolder } from "./run-folder.ts";

/** What of a job depends on how much of the model learns. */
type Learning = Pick<Job, "learner" | "prepare" | "solve" | "finish">;
type Settled = Omit<Job, keyof Learning>;

/** `--only`: the head alone, on features that are computed once, step by step or in closed form; the last N blocks; low-rank parts; or all of it. */
export function learning(only: string, job: Settled): Learning {
  if (only === "head" || only === "probe") return headAlone(job, only);
  if (only === "lora") return lowRank(job);
  if (only !== "full") trainLastBlocks(job.model, Number(only.slice("last-".length)));
  return {};
}

/** The preset where none is named. */
export function presetFor(only: string): string {
  return only === "head" || only === "probe" ? "head" : only === "lora" ? "lora" : "vit-finetune";
}

function headAlone(job: Settled, only: "head" | "probe"): Learning {
  const { model, parts, preprocessing, signal, settings } = job;
  const learner = new FeatureHead(widthOf(model), parts.train.classes.length).init(settings.seed ?? 0);
  async function featuresOf(name: keyof Loaded, run: RunFolder | undefined): Promise<FeatureSet> {
    const cache = run && tensorFolder(join(run.path, "features"));
    if (cache && (await cache.list()).includes(name)) return cached(cache, name, parts.train.classes);
    using pictures = evaluationBatches(parts[name]!, { preprocessing, workers: settings.workers });
    const bar = progress(`features of ${name}`, settings.json ? 0 : pictures.length);
    const onProgress = () => bar.step();
    const set = await extractFeatures(model, pictures, { batchSize: 64, signal, onProgress }).finally(() => bar.stop());
    await cache?.save(name, storedTensors({ values: [set.values, [set.labels.length, set.width]], labels: [set.labels, [set.labels.length]] }), {}); // prettier-ignore
    return set;
  }
  return {
    learner,
    async prepare(pictures, run) {
      const part = async (name: keyof Loaded): Promise<TrainingData | undefined> =>
        pictures[name] && featureData(await featuresOf(name, run), { training: name === "train", seed: settings.seed });
      return { train: (await part("train"))!, validation: await part("validation"), test: await part("test") };
    },
    ...(only === "probe" && {
      async solve(run) {
        const set = await featuresOf("train", run);
        const { head, leaveOneOut } = linearProbe(set);
        head.copyTo(learner);
        head.dispose();
        if (!settings.json)
          print(`top-1 ${(100 * leaveOneOut).toFixed(2)} % of the training pictures, each by what the others tell`);
        return evaluate(learner, featureData(set), { signal });
      },
    }),
    async finish() {
      learner.copyTo(model);
      learner.dispose();
    },
  };
}

/** Of the features, which the head's weights tell. */
function widthOf(model: Backbone): number {
  const params = model.params();
  const head = model.headPaths.map((path) => params.get(`${path}.weight`)).find(Boolean);
  if (!head) throw new TesseraError("--only head: expected a model with a head, got one without");
  return head.shape[1]!;
}

type Cache = ReturnType<typeof tensorFolder>;

async function cached(cache: Cache, name: string, classes: readonly string[]): Promise<FeatureSet> {
  const file = await cache.open(name);
  try {
    const [values, labels] = [file.tensors.get("values")!, file.tensors.get("labels")!];
    return {
      classes,
      values: (await values.read()) as Float32Array,
      width: values.shape[1]!,
      labels: (await labels.read()) as Int32Array,
    };
  } finally {
    await file.dispose();
  }
}

function lowRank({ model, settings }: Settled): Learning {
  const lora = addLora(model, { seed: settings.seed ?? 0 });
  return {
    async finish(run) {
      const parts = Object.fromEntries([...lora.state()].map(([path, value]) => [path, [value.dataSync<"float32">(), value.shape]] as const)); // prettier-ignore
      await saveSafetensors(join(run.path, "lora.safetensors"), storedTensors(parts), { metadata: lora.metadata });
      lora.merge();
    },
  };
}
