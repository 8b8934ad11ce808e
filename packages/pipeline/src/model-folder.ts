import { type Checkpoint, FormatError, TesseraError, nearest, pair } from "@tessera/core";
import { type HuggingFacePreprocessorConfig, type Preprocessing, huggingFacePreprocessing } from "@tessera/data";
import type { SourceInput, TimmNames } from "@tessera/weights";
import { EMBEDDED_MODEL } from "./embedded.ts";
import { type Backbone, variantNames } from "./families.ts";
import {
  type HuggingFaceConfig,
  backboneFromHuggingFace,
  isHuggingFaceConfig,
  labelsFromHuggingFace,
} from "./hugging-face-config.ts";
import type { ModelFolder } from "./model-files.ts";
import { readJson } from "./read-json.ts";
import { backboneFromTimm, isTimmConfig, labelsFromTimm, preprocessingFromTimm } from "./timm-config.ts";

/** A model as a folder or a variant describes it; its parameters are not filled. */
export interface DescribedModel {
  name: string;
  model: Backbone;
  /** Undefined where nothing names them. */
  labels: readonly string[] | undefined;
  preprocessing: Preprocessing;
}

export interface DescribeOptions {
  imageSize?: number | undefined;
  classes?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** What a checkpoint tells of a model that its config does not. */
type Seen = Pick<TimmNames, "checkpoint" | "activation">;

/**
 * Reads a folder's `config.json`, as timm or transformers writes it. The model is made when the checkpoint is seen, because
 * transformers' configs do not tell whether there is a head; without one, by what the config says.
 *
 * @throws {TesseraError} if there is no config, or it describes no model that is known.
 */
export async function describeFolder(
  folder: ModelFolder,
  { imageSize, classes, signal }: DescribeOptions = {},
): Promise<(seen?: Seen) => DescribedModel> {
  const file = await folder.find("config.json");
  if (file === undefined) throw folder.isRepository ? withoutConfig(folder.name) : noSuchModel(folder.name);
  const where = typeof file === "string" || file instanceof URL ? String(file) : "config.json";
  const config = await readJson(file, signal).catch((error: unknown) => {
    throw TesseraError.isInstance(error) && isGuess(file, folder.name) ? noSuchModel(folder.name, error) : error;
  });
  const { name } = folder;
  if (isTimmConfig(config)) {
    const sized = imageSize === undefined ? {} : { img_size: imageSize };
    const wanted = { ...config, model_args: { ...config.model_args, ...sized } };
    return (seen) => ({
      name,
      // timm's config says nothing of the GELU, and Google trained its own files with the other one
      model: backboneFromTimm(wanted, where, {
        classes,
        activation: seen?.activation === "gelu_tanh" ? seen.activation : undefined,
      }),
      labels: labelsFromTimm(config),
      preprocessing: preprocessingFromTimm(config),
    });
  }
  if (!isHuggingFaceConfig(config)) {
    throw new FormatError(
      `${where}: expected timm's config.json with "architecture" or transformers' with "model_type", got another; take its checkpoint with arch`,
    );
  }
  const preprocessor = await folder.find("preprocessor_config.json");
  const processing =
    preprocessor === undefined ? undefined : ((await readJson(preprocessor, signal)) as HuggingFacePreprocessorConfig);
  const sized = imageSize === undefined ? config : { ...config, image_size: imageSize };
  return (seen) => {
    const model = backboneFromHuggingFace(sized, where, { ...headsOf(config, seen?.checkpoint), classes });
    const [height, width] = pair(model.config.imageSize);
    // A repository without one is used with its class's defaults: ViTImageProcessor at the model's size.
    const preprocessing = huggingFacePreprocessing(
      processing ?? { image_processor_type: "ViTImageProcessor", size: { height, width } },
    );
    return { name, model, labels: labelsFromHuggingFace(config), preprocessing };
  };
}

function headsOf(
  { architectures: [architecture = ""] = [] }: HuggingFaceConfig,
  checkpoint: Checkpoint | undefined,
): { hasHead: boolean; hasTeacher: boolean } {
  if (!checkpoint)
    return {
      hasHead: architecture.includes("ForImageClassification"),
      hasTeacher: architecture.endsWith("WithTeacher"),
    };
  return { hasHead: checkpoint.tensors.has("head.weight"), hasTeacher: checkpoint.tensors.has("head_dist.weight") };
}

/** A word taken for a folder. A page's server may answer it with another page: a misspelt name, more likely. */
function isGuess(file: SourceInput, name: string): boolean {
  return "location" in globalThis && !/[\\/]/.test(name) && file === `${name}/config.json`;
}

function withoutConfig(repository: string): TesseraError {
  return new TesseraError(
    `loadModel: expected config.json in the repository ${repository}, got none; pass arch, for example "vit_tiny_patch16_224", to take its weights`,
  );
}

function noSuchModel(name: string, cause?: unknown): TesseraError {
  const isPath = /[\\/]/.test(name);
  const close = nearest(name, [EMBEDDED_MODEL, ...variantNames], 2).join(" or ");
  return new TesseraError(
    `loadModel: expected a model's name, a folder with config.json, a checkpoint file or a repository of the hub, got "${name}"; ${isPath ? "check the path" : `did you mean ${close}?`}`,
    { cause },
  );
}
