import { FormatError, TesseraError, nearest } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import type { SourceInput } from "@tessera/weights";
import { EMBEDDED_MODEL, embeddedFiles } from "./embedded.ts";
import { type Backbone, variantNames } from "./families.ts";
import { readJson } from "./read-json.ts";
import { backboneFromTimm, isTimmConfig, labelsFromTimm, preprocessingFromTimm } from "./timm-config.ts";

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

export interface DescribeOptions {
  imageSize?: number | undefined;
  classes?: number | undefined;
  signal?: AbortSignal | undefined;
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
export async function describeFolder(folder: string | URL, options: DescribeOptions = {}): Promise<DescribedModel> {
  return describeConfig(modelFiles(folder).config, String(folder), options).catch((error: unknown) => {
    throw isMeantAsName(folder, error) ? noSuchModel(String(folder), error) : error;
  });
}

/**
 * Reads one `config.json`, as timm writes it.
 * @throws {TesseraError} if it cannot be read, or it describes no model that is known.
 */
export async function describeConfig(
  file: SourceInput,
  name: string,
  { imageSize, classes, signal }: DescribeOptions = {},
): Promise<DescribedModel> {
  const where = typeof file === "string" || file instanceof URL ? String(file) : "config.json";
  const config = await readJson(file, signal);
  if (!isTimmConfig(config)) {
    const got = isTransformersConfig(config) ? `that of transformers' ${config.model_type}` : "another";
    throw new FormatError(
      `${where}: expected timm's config.json with "architecture", got ${got}; take the model in timm's form, or its checkpoint with arch`,
    );
  }
  const sized = imageSize === undefined ? {} : { img_size: imageSize };
  const wanted = { ...config, model_args: { ...config.model_args, ...sized } };
  const model = backboneFromTimm(wanted, where, classes);
  return { name, model, labels: labelsFromTimm(config), preprocessing: preprocessingFromTimm(config) };
}

/** A path to nowhere, in a page also a word that the server answers with another page: a misspelt name, more likely. */
function isMeantAsName(folder: string | URL, error: unknown): boolean {
  if (!TesseraError.isInstance(error) || folder instanceof URL) return false;
  const isWord = !/[\\/]/.test(folder);
  return /no such file/.test(error.message) || (isWord && typeof document !== "undefined");
}

function noSuchModel(name: string, cause: unknown): TesseraError {
  const onHub = /^timm\/([^/]+)$/.exec(name)?.[1];
  const isPath = /[\\/]/.test(name) && onHub === undefined;
  const close = nearest(onHub ?? name, [EMBEDDED_MODEL, ...variantNames], 2).join(" or ");
  const cure = isPath ? "check the path" : `did you mean ${close}?`;
  const download =
    onHub === undefined ? "" : "; models of the Hugging Face hub have to be downloaded to a folder first";
  return new TesseraError(
    `loadModel: expected a model's name, a folder with config.json or a checkpoint file, got "${name}"${download}; ${cure}`,
    { cause },
  );
}

function isTransformersConfig(config: unknown): config is { model_type: string } {
  return typeof config === "object" && config !== null && "model_type" in config;
}

function inside(folder: string | URL, file: string): string | URL {
  if (folder instanceof URL || /^[a-z]+:\/\//i.test(folder)) {
    return new URL(file, String(folder).replace(/\/?$/, "/"));
  }
  return `${folder.replace(/[\\/]$/, "")}/${file}`;
}
