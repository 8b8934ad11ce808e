import { type Checkpoint, TesseraError, nearest, pair } from "@tessera/core";
import { type Preprocessing, timmPreprocessing } from "@tessera/data";
import { type SourceInput, openCheckpoint } from "@tessera/weights";
import { EMBEDDED_MODEL } from "./embedded.ts";
import { type Backbone, createBackbone, familyOf, variantNames } from "./families.ts";
import { type DescribedModel, type ModelFiles, describeConfig, describeFolder, modelFiles } from "./model-folder.ts";

export interface LoadModelOptions {
  /** Variant whose weights `spec` or `weights` holds: `vit_tiny_patch16_224`. */
  arch?: string | undefined;
  /** A checkpoint of any format, when `spec` or `arch` names a variant, or instead of a folder's own. */
  weights?: SourceInput | undefined;
  /** Names of the classes, in the order of the outputs. */
  labels?: readonly string[] | undefined;
  /**
   * Initialises the head anew where the checkpoint has none or one for other classes: as many as there are `labels`, else
   * as the variant or folder has. @default false
   */
  resetHead?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Told after each tensor. */
  onProgress?: ((progress: { loaded: number; total: number }) => void) | undefined;
}

/** A model with what it takes to use it. */
export interface LoadedModel {
  name: string;
  model: Backbone;
  /** Empty for a model without a head. */
  labels: readonly string[];
  preprocessing: Preprocessing;
}

/** Where the weights lie, and which model they are for; some variants show only in the checkpoint. */
interface Plan {
  weights: SourceInput;
  describe: (checkpoint: Checkpoint) => DescribedModel;
}

/**
 * From a name to a model that is ready: `spec` is the embedded default, a folder or address with `config.json` and
 * `model.safetensors` as timm writes them, those two files themselves, a checkpoint file with `arch`, or a variant with
 * `weights`.
 *
 * @throws {TesseraError} if there is no such model, or its weights are those of another. Nothing is left allocated then.
 */
export async function loadModel(
  spec: string | URL | ModelFiles = EMBEDDED_MODEL,
  options: LoadModelOptions = {},
): Promise<LoadedModel> {
  const { resetHead, signal, onProgress } = options;
  const { weights, describe } = await plan(spec, options);
  const checkpoint = await openCheckpoint(weights, { signal });
  try {
    const { name, model, preprocessing, labels: known } = describe(checkpoint);
    const labels = checkedLabels(model.config.classes, known, options.labels);
    await model.load(checkpoint, { resetHead, signal, onProgress });
    return { name, model, preprocessing, labels };
  } finally {
    await checkpoint.dispose();
  }
}

async function plan(spec: string | URL | ModelFiles, options: LoadModelOptions): Promise<Plan> {
  const { arch, weights, labels, resetHead, signal } = options;
  const how = { classes: resetHead ? labels?.length : undefined, signal };
  if (isModelFiles(spec)) {
    const name = spec.weights instanceof Blob ? (spec.weights as Partial<File>).name : undefined;
    const described = await describeConfig(spec.config, name ?? "the files given", how);
    return { weights: spec.weights, describe: () => described };
  }
  const text = String(spec);
  const variant = isVariant(text) ? text : weights && arch;
  if (variant !== undefined) {
    if (weights === undefined) throw missingWeights(text);
    return { weights, describe: (checkpoint) => describeVariant(variant, checkpoint, options) };
  }
  if (weights === undefined && /\.(safetensors|npz|npy|pth|pt|bin|tar)$/i.test(text)) {
    if (arch === undefined) {
      throw new TesseraError(
        `loadModel: expected the variant whose weights ${text} holds, got none; pass arch, for example "vit_tiny_patch16_224"`,
      );
    }
    return { weights: spec, describe: (checkpoint) => describeVariant(arch, checkpoint, options) };
  }
  const described = await describeFolder(spec, how);
  return { weights: weights ?? modelFiles(spec).weights, describe: () => described };
}

function isModelFiles(spec: string | URL | ModelFiles): spec is ModelFiles {
  return typeof spec === "object" && "config" in spec;
}

/** `vit_tiny_patch16_224`, or with a checkpoint's tag `vit_tiny_patch16_224.augreg_in21k`. */
function isVariant(name: string): boolean {
  return familyOf(name.split(".", 1)[0]!) !== undefined;
}

/** A variant with the classes of its checkpoint, and the preprocessing of the tag or of the variant's default. */
function describeVariant(
  name: string,
  checkpoint: Checkpoint,
  { labels, resetHead }: LoadModelOptions,
): DescribedModel {
  const [arch, tag] = name.split(".", 2) as [string, string?];
  const family = familyOf(arch);
  if (!family) {
    const close = nearest(arch, variantNames, 2).join(" or ");
    throw new TesseraError(`loadModel: expected a variant, got "${arch}"; did you mean ${close}?`);
  }
  const tags = family.pretrained(arch);
  if (tag !== undefined && !Object.hasOwn(tags, tag)) {
    const known = Object.keys(tags).join(", ") || "no tag";
    throw new TesseraError(`loadModel: expected ${arch} with ${known}, got "${tag}"; leave the tag out`);
  }
  const known = tag === undefined ? Object.values(tags)[0] : tags[tag];
  const classes = resetHead ? labels?.length : (checkpoint.tensors.get("head.weight")?.shape[0] ?? 0);
  const model = createBackbone(arch, classes === undefined ? {} : { classes });
  const [height, width] = pair(model.config.imageSize);
  const preprocessing = timmPreprocessing({
    input_size: [3, height, width],
    crop_pct: known?.cropPct,
    interpolation: known?.interpolation,
    mean: known?.mean,
    std: known?.std,
  });
  return { name, model, labels: undefined, preprocessing };
}

function missingWeights(variant: string): TesseraError {
  const [arch] = variant.split(".", 1) as [string];
  const [known] = Object.values(familyOf(arch)!.pretrained(arch));
  const example = known ? `, for example model.safetensors of https://huggingface.co/${known.hub}` : "";
  return new TesseraError(
    `loadModel: expected weights for ${variant}, got its name alone; pass weights, a checkpoint file${example}`,
  );
}

function checkedLabels(
  classes: number,
  known: readonly string[] | undefined,
  given: readonly string[] | undefined,
): readonly string[] {
  const labels = given ?? known ?? Array.from({ length: classes }, (_, i) => `class ${i}`);
  if (labels.length !== classes) {
    throw new TesseraError(`loadModel: expected ${classes} labels, one an output, got ${labels.length}`);
  }
  return labels;
}
