import {
  type Backbone,
  type BackboneConfig,
  type Checkpoint,
  type Family,
  type OptionNames,
  type Shape,
  TesseraError,
  type TimmNames,
  checkedOptions,
  pair,
  toTimmNames,
  printable,
  shown,
} from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import { type HubOptions, type SourceInput, openCheckpoint, watchNonFinite } from "@tessera/weights";
import { checkAgainstWeights, checkPreprocessing } from "./checked-sizes.ts";
import { type KnownVariant, describeVariant, findVariant, knownVariant, missingWeights } from "./describe-variant.ts";
import { EMBEDDED_MODEL } from "./embedded.ts";
import { ensureBackend } from "./ensure-backend.ts";
import { isCheckpointFile } from "./checkpoint-file.ts";
import { type ModelFiles, isModelFiles, openFolder, openWeights } from "./model-files.ts";
import type { VariantName } from "./families.ts";
import { takenFrom } from "./taken-from.ts";
import { type DescribedModel, describeFolder } from "./model-folder.ts";

export interface LoadModelOptions {
  /** Variant whose weights `spec` or `weights` holds: `vit_tiny_patch16_224`. */
  arch?: VariantName | (string & {}) | undefined;
  /** A checkpoint of any format and anybody's names, when `spec` names a variant, or instead of a folder's own. */
  weights?: SourceInput | undefined;
  /** Which weights of a file with several: a dict of PyTorch's, or what stands before names: `student`. @default the averaged ones */
  entry?: string | undefined;
  /** Names of the classes, in the order of the outputs. */
  labels?: readonly string[] | undefined;
  /**
   * Initialises the head anew where the checkpoint has none or one for other classes, to be trained: as many as there are
   * `labels`, else as the variant or folder has. @default false
   */
  resetHead?: boolean | undefined;
  /**
   * Options of the model's config that differ from what its files say: another `imageSize`, for which positions are
   * resampled and pictures brought to that size; `dropPath` for its training.
   */
  overrides?: Readonly<Partial<BackboneConfig> & Record<string, unknown>> | undefined;
  /** Revision, token, endpoint, cache and progress of downloads. */
  hub?: HubOptions | undefined;
  /** Stops loading, downloads too; nothing is left allocated. */
  signal?: AbortSignal | undefined;
  /** Is called after each tensor. */
  onProgress?: ((progress: { loaded: number; total: number }) => void) | undefined;
  /** Told of what is odd but no error: NaN in a weight, positions resampled from another grid, other weights in the file. */
  onWarning?: ((warning: string) => void) | undefined;
}

/** The names of those options. @internal */
export const loadModelOptions: OptionNames<LoadModelOptions> = {
  arch: true,
  weights: true,
  entry: true,
  labels: true,
  resetHead: true,
  overrides: true,
  hub: true,
  signal: true,
  onProgress: true,
  onWarning: true,
};

/** What a model is found by: see `loadModel`. An editor offers the variants and the embedded default. */
export type ModelSpec = typeof EMBEDDED_MODEL | VariantName | (string & {}) | URL | ModelFiles;

/** A model with what it takes to use it. */
export interface LoadedModel {
  name: string;
  model: Backbone;
  /** Empty for a model without a head. */
  labels: readonly string[];
  preprocessing: Preprocessing;
  /** True where classes do not exclude each other, so that each has a score of its own: transformers' `problem_type`. */
  multiLabel: boolean;
  /** True where `resetHead` drew a head at random: what it says of classes means nothing before it is trained. */
  isHeadNew: boolean;
}

/** A checkpoint in timm's names, and how to make its model. */
interface Plan {
  family: Family;
  names: TimmNames;
  describe: () => DescribedModel | Promise<DescribedModel>;
}

/**
 * From a name to a model that is ready. `spec` is the embedded default; a repository of the Hugging Face hub
 * (`timm/vit_base_patch16_224.augreg_in21k_ft_in1k`), a folder or an address, with `config.json` as timm or transformers
 * writes it; those files themselves; a checkpoint file with `arch`; or a variant with `weights`. Chooses a backend if none is
 * set.
 *
 * @throws {TesseraError} if there is no such model, or its weights are those of another. Nothing is left allocated then.
 */
export async function loadModel(
  spec: ModelSpec = EMBEDDED_MODEL,
  options: LoadModelOptions = {},
): Promise<LoadedModel> {
  checkSpec("loadModel", spec);
  checkedOptions("loadModel", options, loadModelOptions);
  const { resetHead, signal, onProgress, onWarning } = options;
  const { family, names, describe } = await plan(spec, options);
  try {
    const found = await describe();
    checkAgainstWeights(found.model, names.checkpoint, found.name);
    checkPreprocessing(found.preprocessing, found.model, found.name);
    const described = overridden(family, found, options.overrides);
    const { name, model, preprocessing, labels: known, multiLabel = false } = described;
    const labels = checkedLabels(model.config.classes, known, options.labels);
    const checkpoint = watchNonFinite(names.checkpoint, ({ name: path, nan, infinite }) => {
      onWarning?.(
        `${printable(path)} holds ${nan} NaN and ${infinite} infinite values; the model's answers mean nothing`,
      );
    });
    let isHeadNew = false;
    // Only now: what is refused up to here needs none.
    await ensureBackend();
    await model.load(checkpoint, {
      resetHead,
      signal,
      onProgress,
      onDraw: () => (isHeadNew = true),
      onAdapt: (adapted) => onWarning?.(resampled(adapted)),
    });
    return { name, model, preprocessing, labels, multiLabel, isHeadNew };
  } finally {
    await names.checkpoint.dispose();
  }
}

/**
 * Holds plain JavaScript to what a model is found by.
 * @throws {TesseraError} for what is no text, no address and no files.
 */
export function checkSpec(where: string, spec: ModelSpec): void {
  if (typeof spec === "string" || spec instanceof URL || isModelFiles(spec)) return;
  throw new TesseraError(
    `${where}: expected a name, a folder, an address or files ({ config, weights }), got ${shown(spec)}; options come second`,
  );
}

async function plan(spec: ModelSpec, options: LoadModelOptions): Promise<Plan> {
  const { arch, weights, entry, labels, resetHead, signal, onWarning } = options;
  const opened = (source: SourceInput) => openCheckpoint(source, { entry, signal });
  const named = (checkpoint: Checkpoint, { dialects }: Family): TimmNames => {
    const names = toTimmNames(checkpoint, dialects);
    for (const warning of takenFrom(checkpoint, names)) onWarning?.(warning);
    return names;
  };
  const variantIn = (known: KnownVariant, checkpoint: Checkpoint): Plan => {
    const names = named(checkpoint, known.family);
    return { family: known.family, names, describe: () => describeVariant(known, names, options) };
  };
  if (!isModelFiles(spec)) {
    const text = String(spec);
    const known = await findVariant(text);
    if (known) {
      if (weights === undefined) throw missingWeights(known);
      return variantIn(known, await opened(weights));
    }
    if (weights === undefined && (await isCheckpointFile(spec, signal))) {
      if (arch === undefined) {
        throw new TesseraError(
          `loadModel: expected the variant whose weights ${text} holds, got none; pass arch, for example "vit_tiny_patch16_224"`,
        );
      }
      return variantIn(await knownVariant(arch), await opened(spec));
    }
    if (weights !== undefined && arch !== undefined) return variantIn(await knownVariant(arch), await opened(weights));
  }
  const folder = await openFolder(spec, { signal, ...options.hub });
  if (arch !== undefined) return variantIn(await knownVariant(arch), await openWeights(folder, { entry, signal }));
  const { family, describe } = await describeFolder(folder, {
    classes: resetHead ? labels?.length : undefined,
    resetHead,
    signal,
    onWarning,
  });
  const checkpoint = weights === undefined ? await openWeights(folder, { entry, signal }) : await opened(weights);
  const names = named(checkpoint, family);
  return { family, names, describe: () => describe(names) };
}

/** The same model with other options, and pictures of its size. */
function overridden(
  { build }: Family,
  described: DescribedModel,
  overrides: LoadModelOptions["overrides"],
): DescribedModel {
  if (!overrides) return described;
  const model = build({ ...described.model.config, ...overrides });
  const preprocessing = resizedTo(described.preprocessing, pair(model.config.imageSize));
  return { ...described, model, preprocessing };
}

/** The same preprocessing for another size: the share of a picture that is seen stays. */
function resizedTo(preprocessing: Preprocessing, [height, width]: readonly [number, number]): Preprocessing {
  const { size, resize } = preprocessing;
  if (size[0] === height && size[1] === width) return preprocessing;
  const scaled = (pixels: number, from: number, to: number) => Math.round((pixels * to) / from);
  if (resize.rule === "none") return { ...preprocessing, size: [height, width] };
  if (resize.rule === "short-side") {
    const pixels = scaled(resize.pixels, Math.min(...size), Math.min(height, width));
    return { ...preprocessing, size: [height, width], resize: { ...resize, pixels } };
  }
  const sides = { height: scaled(resize.height, size[0], height), width: scaled(resize.width, size[1], width) };
  return { ...preprocessing, size: [height, width], resize: { ...resize, ...sides } };
}

/** A table of positions, or a kernel of four axes whose last two are the patch's. */
function resampled({ path, from, to }: { path: string; from: Shape; to: Shape }): string {
  const sides = (shape: Shape) => shape.slice(-2).join("×");
  return from.length === 4 && path.endsWith("proj.weight")
    ? `${path} was made for patches of ${sides(from)}: resampled to ${sides(to)}`
    : `${path} was made for another grid: resampled from [${from.join(", ")}] to [${to.join(", ")}]`;
}

function checkedLabels(
  classes: number,
  known: readonly string[] | undefined,
  given: readonly string[] | undefined,
): readonly string[] {
  const labels = given ?? known ?? Array.from({ length: classes }, (_, i) => `class ${i}`);
  if (labels.length === classes || (classes === 0 && given === undefined)) return labels.slice(0, classes);
  const ends = labels.length > 1 ? `, from ${shown(labels[0])} to ${shown(labels.at(-1))}` : "";
  throw new TesseraError(
    `loadModel: expected ${classes} labels, one an output, got ${labels.length}${ends}; name every output once, or fine-tune a head for these classes`,
  );
}
