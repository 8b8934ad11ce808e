import { type Activation, FormatError } from "@tessera/core";
import { type Preprocessing, type TimmPretrainedConfig, timmPreprocessing } from "@tessera/data";
import { Vit, type VitConfig, createVit, isVitName } from "@tessera/vit";
import { type Backbone, createBackbone, familyOf } from "./families.ts";
import { timmArguments } from "./timm-arguments.ts";

/** `config.json` of a timm repository, as far as it is read. */
export interface TimmConfig {
  /** A variant's name, or `vit` with every argument in `model_args`. */
  architecture: string;
  num_classes?: number;
  /** In the order of the outputs. Where ids have gaps timm writes an object, which is not read. */
  label_names?: unknown;
  /** By name: for ImageNet, whose names are synset ids. */
  label_descriptions?: Record<string, string>;
  model_args?: Record<string, unknown>;
  pretrained_cfg?: TimmPretrainedConfig & { num_classes?: number };
}

/** True for a parsed `config.json` in timm's form. */
export function isTimmConfig(config: unknown): config is TimmConfig {
  return typeof config === "object" && config !== null && typeof (config as TimmConfig).architecture === "string";
}

/**
 * The model that a timm config describes, with another number of classes or another GELU where given.
 * @throws {FormatError} on an architecture or argument that is not known.
 */
export function backboneFromTimm(
  config: TimmConfig,
  where: string,
  { classes, activation }: { classes?: number | undefined; activation?: Activation | undefined } = {},
): Backbone {
  const { architecture, model_args: args = {}, pretrained_cfg: pretrained } = config;
  const count = classes ?? config.num_classes ?? pretrained?.num_classes;
  const outputs = { ...(count !== undefined && { classes: count }), ...(activation && { activation }) };
  if (isVitName(architecture)) {
    return createVit(architecture, { ...timmArguments(args, where, createVit(architecture).config), ...outputs });
  }
  if (familyOf(architecture)) {
    const size = args["img_size"] as number | undefined;
    return createBackbone(architecture, { ...outputs, ...(size !== undefined && { imageSize: size }) });
  }
  if (architecture !== "vit" && architecture !== "vision_transformer") {
    throw new FormatError(
      `${where}: expected a known "architecture", got "${architecture}"; \`tessera models\` lists them`,
    );
  }
  return new Vit(complete({ ...timmArguments(args, where), ...outputs }, where));
}

/** Preprocessing as the config's `pretrained_cfg` says. */
export function preprocessingFromTimm({ pretrained_cfg: pretrained = {} }: TimmConfig): Preprocessing {
  return timmPreprocessing(pretrained);
}

/** Names of the outputs that a person understands; undefined where the config has none. */
export function labelsFromTimm({
  label_names: names,
  label_descriptions: descriptions,
}: TimmConfig): string[] | undefined {
  if (!Array.isArray(names)) return undefined;
  return names.map((name) => descriptions?.[String(name)] ?? String(name));
}

function complete(config: Partial<VitConfig>, where: string): VitConfig {
  const { imageSize = 224, patchSize = 16, width, depth, heads, classes = 0, mlpDim } = config;
  if (width === undefined || depth === undefined || heads === undefined) {
    throw new FormatError(
      `${where}: expected "model_args" with embed_dim, depth and num_heads, got ${JSON.stringify(config)}`,
    );
  }
  return { ...config, imageSize, patchSize, width, depth, heads, classes, mlpDim: mlpDim ?? 4 * width };
}
