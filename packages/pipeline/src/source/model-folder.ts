import { type Backbone, type Family, FormatError, TesseraError, type TimmNames, nearest, pair } from "@tessera/core";
import { type HuggingFacePreprocessorConfig, type Preprocessing, huggingFacePreprocessing } from "@tessera/data";
import type { SourceInput } from "@tessera/weights";
import { checkHuggingFaceFields, checkTimmFields, checkedConfig } from "./config-limits.ts";
import { EMBEDDED_MODEL } from "./embedded.ts";
import { variantNames } from "./families.ts";
import {
  type HuggingFaceConfig,
  familyOfHuggingFace,
  isHuggingFaceConfig,
  labelsFromHuggingFace,
} from "./hugging-face-config.ts";
import type { ModelFolder } from "./model-files.ts";
import { readJson } from "./read-json.ts";
import {
  type TimmConfig,
  backboneFromTimm,
  classesFromTimm,
  familyOfTimm,
  isTimmConfig,
  labelsFromTimm,
  preprocessingFromTimm,
} from "./timm-config.ts";

/** A model as a folder or a variant describes it; its parameters are not filled. */
export interface DescribedModel {
  name: string;
  model: Backbone;
  /** Undefined where nothing names them. */
  labels: readonly string[] | undefined;
  preprocessing: Preprocessing;
  /** Classes do not exclude each other. @default false */
  multiLabel?: boolean;
}

export interface DescribeOptions {
  /** Side of the pictures, instead of the config's. */
  imageSize?: number | undefined;
  /** Classes of a new head, instead of the config's. */
  classes?: number | undefined;
  /** Keeps a head for the config's classes where the checkpoint has none. */
  resetHead?: boolean | undefined;
  /** Ends the reading. */
  signal?: AbortSignal | undefined;
  /** Told of what is odd but no error. */
  onWarning?: ((warning: string) => void) | undefined;
}

/** What a folder's config says. */
interface DescribedFolder {
  /** The family of its model. */
  family: Family;
  /**
   * Makes the model when the checkpoint is seen, because configs do not tell all; without one, by what the config says.
   */
  describe(seen?: Pick<TimmNames, "checkpoint" | "activation">): DescribedModel;
}

/**
 * Reads a folder's `config.json`, as timm or transformers writes it.
 * @throws {TesseraError} if there is no config, or it describes no model that is known.
 */
export async function describeFolder(folder: ModelFolder, options: DescribeOptions = {}): Promise<DescribedFolder> {
  const file = await folder.find("config.json");
  if (file === undefined) throw folder.isRepository ? withoutConfig(folder.name) : await noSuchModel(folder.name);
  const where = typeof file === "string" || file instanceof URL ? String(file) : "config.json";
  const config = await readJson(file, options.signal).catch(async (error: unknown) => {
    throw TesseraError.isInstance(error) && isGuess(file, folder.name) ? await noSuchModel(folder.name, error) : error;
  });
  if (isTimmConfig(config)) return asTimm(folder.name, config, where, options);
  if (isHuggingFaceConfig(config)) return asHuggingFace(folder, config, where, options);
  throw new FormatError(
    `${where}: expected timm's config.json with "architecture" or transformers' with "model_type", got another; take its checkpoint with arch`,
  );
}

async function asTimm(
  name: string,
  config: TimmConfig,
  where: string,
  { imageSize, classes, resetHead, onWarning }: DescribeOptions,
): Promise<DescribedFolder> {
  checkTimmFields(config, where);
  const family = await familyOfTimm(config, where);
  const sized = imageSize === undefined ? {} : { img_size: imageSize };
  const wanted = { ...config, model_args: { ...config.model_args, ...sized } };
  return {
    family,
    describe(seen) {
      const isHeadless = seen !== undefined && !resetHead && family.configFrom(seen.checkpoint.tensors).classes === 0;
      // timm's config says nothing of the GELU, and Google trained its own files with the other one
      const activation = seen?.activation === "gelu_tanh" ? seen.activation : undefined;
      const model = backboneFromTimm(family, wanted, where, { classes: isHeadless ? 0 : classes, activation });
      const promised = classesFromTimm(config);
      if (isHeadless && promised)
        onWarning?.(`${where} says ${promised} classes, but the checkpoint has no head: the model gives features only`);
      return {
        name,
        model,
        labels: isHeadless ? undefined : labelsFromTimm(config),
        preprocessing: preprocessingFromTimm(config),
        multiLabel: isMultiLabel(config),
      };
    },
  };
}

async function asHuggingFace(
  folder: ModelFolder,
  config: HuggingFaceConfig,
  where: string,
  { imageSize, classes, signal }: DescribeOptions,
): Promise<DescribedFolder> {
  checkHuggingFaceFields(config, where);
  const family = await familyOfHuggingFace(config, where);
  const preprocessor = await folder.find("preprocessor_config.json");
  const processing =
    preprocessor === undefined ? undefined : ((await readJson(preprocessor, signal)) as HuggingFacePreprocessorConfig);
  // Python writes None where it takes its default
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
  const sized = imageSize === undefined ? given : { ...given, image_size: imageSize };
  return {
    family,
    describe(seen) {
      const read = family.huggingFace.read(sized, where, seen?.checkpoint.tensors);
      const model = family.build(checkedConfig({ ...read, ...(classes !== undefined && { classes }) }, where));
      const [height, width] = pair(model.config.imageSize);
      // A repository without one is used with its class's defaults: ViTImageProcessor at the model's size.
      const preprocessing = huggingFacePreprocessing(
        processing ?? { image_processor_type: "ViTImageProcessor", size: { height, width } },
      );
      const labels = model.config.classes > 0 ? labelsFromHuggingFace(config) : undefined;
      return { name: folder.name, model, labels, preprocessing, multiLabel: isMultiLabel(config) };
    },
  };
}

/** transformers' word for classes that do not exclude each other; timm has none, and keeps it. */
function isMultiLabel({ problem_type: type }: { problem_type?: unknown }): boolean {
  return type === "multi_label_classification";
}

/** A word taken for a folder. A page's server may answer it with another page: a misspelt name, more likely. */
function isGuess(file: SourceInput, name: string): boolean {
  return "location" in globalThis && !/[\\/]/.test(name) && file === `${name}/config.json`;
}

function withoutConfig(repository: string): TesseraError {
  return new TesseraError(
    `loadModel: expected config.json in the repository ${repository}, got none; pass arch, for example "vit_tiny_patch16_224", to take its weights`,
    { code: "not-found" },
  );
}

async function noSuchModel(name: string, cause?: unknown): Promise<TesseraError> {
  const isPath = /[\\/]/.test(name);
  const close = nearest(name, [EMBEDDED_MODEL, ...(await variantNames())], 2).join(" or ");
  return new TesseraError(
    `loadModel: expected a model's name, a folder with config.json, a checkpoint file or a repository of the hub, got "${name}"; ${isPath ? "check the path" : `did you mean ${close}?`}`,
    { cause, code: "not-found" },
  );
}
