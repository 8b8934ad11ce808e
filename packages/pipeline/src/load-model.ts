import { type Checkpoint, TesseraError, nearest, pair } from "@tessera/core";
import { type Preprocessing, timmPreprocessing } from "@tessera/data";
import { type SourceInput, readSafetensors } from "@tessera/weights";
import { EMBEDDED_MODEL } from "./embedded.ts";
import { type Backbone, createBackbone, familyOf, variantNames } from "./families.ts";
import { type DescribedModel, type ModelFiles, describeConfig, describeFolder, modelFiles } from "./model-folder.ts";

export interface LoadModelOptions {
  /** Variant whose weights `spec` or `weights` holds: `vit_tiny_patch16_224`. */
  arch?: string | undefined;
  /** A checkpoint, when `spec` names a variant. */
  weights?: SourceInput | undefined;
  /** Names of the classes, in the order of the outputs. */
  labels?: readonly string[] | undefined;
  /** Initialises the head anew where the checkpoint has none or one for other classes. @default false */
  resetHead?: boolean;
  signal?: AbortSignal | undefined;
  /** Told after each tensor. */
  onProgress?: (progress: { loaded: number; total: number }) => void;
}

/** A model with what it takes to use it. */
export interface LoadedModel {
  name: string;
  model: Backbone;
  /** Empty for a model without a head. */
  labels: readonly string[];
  preprocessing: Preprocessing;
}

interface Parts extends DescribedModel {
  checkpoint: Checkpoint;
}

/**
 * From a name to a model that is ready: `spec` is the embedded default, a folder or address with `config.json` and
 * `model.safetensors` as timm writes them, those two files themselves, or a `.safetensors` file with `arch`.
 *
 * @throws {TesseraError} if there is no such model, or its weights are those of another.
 */
export async function loadModel(
  spec: string | URL | ModelFiles = EMBEDDED_MODEL,
  options: LoadModelOptions = {},
): Promise<LoadedModel> {
  const { name, model, checkpoint, preprocessing, labels } = await open(spec, options);
  try {
    await model.load(checkpoint, {
      resetHead: options.resetHead,
      signal: options.signal,
      onProgress: options.onProgress,
    });
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    await checkpoint.dispose();
  }
  try {
    return { name, model, preprocessing, labels: checkedLabels(model.config.classes, labels ?? [], options.labels) };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function open(spec: string | URL | ModelFiles, options: LoadModelOptions): Promise<Parts> {
  if (isModelFiles(spec)) return openFiles(spec, options.signal);
  const text = String(spec);
  const { arch, weights, signal } = options;
  if (familyOf(text)) return openVariant(text, weights, options);
  if (weights) return openVariant(arch ?? text, weights, options);
  if (/\.safetensors$/.test(text)) return openVariant(arch, spec, options);
  return openFolder(spec, signal);
}

async function openVariant(
  arch: string | undefined,
  weights: SourceInput | undefined,
  { resetHead, signal }: LoadModelOptions,
): Promise<Parts> {
  if (arch === undefined)
    throw new TesseraError(
      `loadModel: expected the variant of ${String(weights)}, got none; pass arch, for example "vit_tiny_patch16_224"`,
    );
  const family = familyOf(arch);
  if (!family)
    throw new TesseraError(
      `loadModel: expected a variant, got "${arch}"; did you mean ${nearest(arch, variantNames, 2).join(" or ")}?`,
    );
  const [tag, known] = Object.entries(family.pretrained(arch))[0] ?? [];
  if (weights === undefined) {
    const hint = known ? `, for example those of ${known.hub}` : "";
    throw new TesseraError(
      `loadModel: expected weights for ${arch}, got its name alone; pass weights, a .safetensors file${hint}`,
    );
  }
  const checkpoint = await readSafetensors(weights, { signal });
  const classes = resetHead ? undefined : (checkpoint.tensors.get("head.weight")?.shape[0] ?? 0);
  const model = createBackbone(arch, classes === undefined ? {} : { classes });
  const [height, width] = pair(model.config.imageSize);
  const pretrained = {
    input_size: [3, height, width],
    crop_pct: known?.cropPct,
    interpolation: known?.interpolation,
    mean: known?.mean,
    std: known?.std,
  };
  return {
    name: tag ? `${arch}.${tag}` : arch,
    model,
    checkpoint,
    labels: undefined,
    preprocessing: timmPreprocessing(pretrained),
  };
}

function isModelFiles(spec: string | URL | ModelFiles): spec is ModelFiles {
  return typeof spec === "object" && "config" in spec;
}

async function openFiles({ config, weights }: ModelFiles, signal: AbortSignal | undefined): Promise<Parts> {
  const name = weights instanceof Blob ? (weights as Partial<File>).name : undefined;
  const described = await describeConfig(config, name ?? "the files given", undefined, signal);
  return { ...described, checkpoint: await readSafetensors(weights, { signal }) };
}

async function openFolder(folder: string | URL, signal: AbortSignal | undefined): Promise<Parts> {
  const described = await describeFolder(folder, undefined, signal);
  return { ...described, checkpoint: await readSafetensors(modelFiles(folder).weights, { signal }) };
}

function checkedLabels(
  classes: number,
  known: readonly string[],
  given: readonly string[] | undefined,
): readonly string[] {
  const labels = given ?? known;
  if (labels.length === 0) return Array.from({ length: classes }, (_, i) => `class ${i}`);
  if (labels.length !== classes)
    throw new TesseraError(`loadModel: expected ${classes} labels, one an output, got ${labels.length}`);
  return labels;
}
