import { TesseraError, nearest } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import type { SourceInput } from "@tessera/weights";
import { EMBEDDED_MODEL, embeddedFiles } from "./embedded.ts";
import { type Backbone, variantNames } from "./families.ts";
import { readJson } from "./read-json.ts";
import { backboneFromTimm, isTimmConfig, preprocessingFromTimm } from "./timm-config.ts";

/** A model as a folder describes it; its parameters are not filled. */
export interface DescribedModel {
  name: string;
  model: Backbone;
  /** Undefined where the folder names none. */
  labels: readonly string[] | undefined;
  preprocessing: Preprocessing;
}

/** A model's two files, wherever they are: what a user drops on a page has no path. */
export interface ModelFiles {
  config: SourceInput;
  weights: SourceInput;
}

/** Files of a folder, as paths or addresses, whichever the folder is; those of the embedded default by its name. */
export function modelFiles(folder: string | URL): { config: string | URL; weights: string | URL } {
  if (folder === EMBEDDED_MODEL) return embeddedFiles;
  return { config: inside(folder, "config.json"), weights: inside(folder, "model.safetensors") };
}

/**
 * Reads a folder's `config.json`, as timm writes it.
 * @throws {TesseraError} if there is none, or it describes no model that is known.
 */
export async function describeFolder(
  folder: string | URL,
  imageSize?: number,
  signal?: AbortSignal,
): Promise<DescribedModel> {
  const name = String(folder);
  return describeConfig(modelFiles(folder).config, name, imageSize, signal).catch((error: unknown) => {
    if (!TesseraError.isInstance(error) || !/no such file/.test(error.message)) throw error;
    const close = nearest(name, [EMBEDDED_MODEL, ...variantNames], 2).join(" or ");
    throw new TesseraError(
      `loadModel: expected a model's name, a folder with config.json or a .safetensors file, got "${name}"; did you mean ${close}?`,
      { cause: error },
    );
  });
}

/**
 * Reads one `config.json`, as timm writes it.
 * @throws {TesseraError} if it cannot be read, or it describes no model that is known.
 */
export async function describeConfig(
  file: SourceInput,
  name: string,
  imageSize?: number,
  signal?: AbortSignal,
): Promise<DescribedModel> {
  const where = typeof file === "string" || file instanceof URL ? String(file) : "config.json";
  const config = await readJson(file, signal);
  if (!isTimmConfig(config))
    throw new TesseraError(
      `${where}: expected timm's config.json with "architecture", got another; pass a .safetensors file and arch`,
    );
  const sized =
    imageSize === undefined ? config : { ...config, model_args: { ...config.model_args, img_size: imageSize } };
  return {
    name,
    model: backboneFromTimm(sized, where),
    labels: config.label_names,
    preprocessing: preprocessingFromTimm(config),
  };
}

function inside(folder: string | URL, file: string): string | URL {
  if (folder instanceof URL || /^[a-z]+:\/\//i.test(folder)) return new URL(file, String(folder).replace(/\/?$/, "/"));
  return `${folder.replace(/[\\/]$/, "")}/${file}`;
}
