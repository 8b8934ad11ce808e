import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "@tessera/core";
import { type DetectionDataset, type DetectionPreprocessing, detectionPreprocessing } from "@tessera/data";
import { allDetectors } from "@tessera/pipeline";
import type { ModelSpec } from "../training/model.ts";
import type { TrainSettings } from "../training/settings.ts";

/** Pictures up to this side are trained on as they are; larger ones as COCO's. */
const SMALL = 256;

/** A ResNet of basic blocks whose norms learn, as there is nothing to load. */
const backbone = { block: "basic", depths: [1, 1, 1, 1], widths: [32, 64, 96, 128], stemWidth: 32, frozenNorm: false };

/**
 * What is trained from scratch on small pictures, by family: published sizes are for COCO. DETR's one map has 8 pixels a place, for
 * small things, and its dropout would cost more than it gives where a model is this small.
 */
const small: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  detr: {
    queries: 16,
    width: 96,
    heads: 4,
    encoderDepth: 2,
    decoderDepth: 3,
    mlpDim: 256,
    dropout: 0,
    backbone: { ...backbone, outputStride: 8 },
  },
  "deformable-detr": {
    queries: 30,
    width: 96,
    heads: 4,
    levels: 3,
    points: 4,
    encoderDepth: 2,
    decoderDepth: 3,
    mlpDim: 256,
    dropout: 0,
    refine: true,
    backbone,
  },
  "sparse-rcnn": { proposals: 16, stages: 3, width: 64, heads: 4, mlpDim: 128, dynamicWidth: 16, backbone },
};

/**
 * The detector that is named, or DETR, and its arguments: those of `small` with the preset for small pictures, else published ones; and
 * what was given.
 */
export async function detectorSpec(
  { model = "detr", arg: given = {} }: Pick<TrainSettings, "model" | "arg">,
  preset: string,
): Promise<ModelSpec> {
  const file = model.endsWith(".json") ? model : join(model, "config.json");
  if (await stat(file).catch(() => undefined)) {
    const { architecture, model_args: own } = JSON.parse(await readFile(file, "utf8")) as OwnConfig;
    if (typeof architecture !== "string")
      throw new FormatError(`${file}: expected a detector's config with "architecture", got another; name a family`);
    return { architecture, args: { ...own, ...given } };
  }
  return { architecture: model, args: { ...(preset === "small-detection" && small[model]), ...given } };
}

interface OwnConfig {
  architecture?: unknown;
  model_args?: Record<string, unknown>;
}

/** How pictures are brought to a detector: by its family's rule, small ones at their size, larger ones at COCO's or by the shorter side that was given. */
export async function detectorPreprocessing(
  dataset: DetectionDataset,
  family: string,
  given?: number,
): Promise<DetectionPreprocessing> {
  const { pixels = detectionPreprocessing() } = (await allDetectors()).find(({ name }) => name === family) ?? {};
  const shortest = given ?? (await shorterSideOf(dataset));
  return { ...pixels, shortest, longest: Math.round((shortest * 5) / 3) };
}

/** The shortest side of some pictures where all are small, else 800. */
async function shorterSideOf(dataset: DetectionDataset): Promise<number> {
  const looked = Math.min(dataset.length, 16);
  let [least, most] = [Infinity, 0];
  for (let i = 0; i < looked; i++) {
    const picture = await dataset.read(Math.floor((i * dataset.length) / looked)).catch(() => undefined);
    if (!picture) continue;
    least = Math.min(least, picture.width, picture.height);
    most = Math.max(most, picture.width, picture.height);
  }
  return most > 0 && most <= SMALL ? least : 800;
}
