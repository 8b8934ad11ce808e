import { type Activation, type Backbone, type Family, FormatError, type TimmModel, shown } from "@tessera/core";
import { type Preprocessing, type TimmPretrainedConfig, timmPreprocessing } from "@tessera/data";
import { familyWith } from "./families.ts";

/** `config.json` of a timm repository, as far as it is read. */
export interface TimmConfig extends TimmModel {
  num_classes?: number;
  /** In the order of the outputs. Where ids have gaps timm writes an object, which is not read. */
  label_names?: unknown;
  /** By name: for ImageNet, whose names are synset ids. */
  label_descriptions?: Record<string, string>;
  pretrained_cfg?: TimmPretrainedConfig & { num_classes?: number };
}

/** True for a parsed `config.json` in timm's form. */
export function isTimmConfig(config: unknown): config is TimmConfig {
  return typeof config === "object" && config !== null && typeof (config as TimmConfig).architecture === "string";
}

/**
 * The family of a timm config's model.
 * @throws {FormatError} on an architecture that is not known.
 */
export async function familyOfTimm({ architecture }: TimmModel, where: string): Promise<Family> {
  const family = await familyWith(
    architecture,
    ({ variants, timm }) => Object.hasOwn(variants, architecture) || timm.architectures.includes(architecture),
  );
  if (family) return family;
  throw new FormatError(
    `${where}: expected a known "architecture", got ${shown(architecture)}; \`tessera models\` lists them`,
  );
}

/**
 * The model that a timm config describes, with another number of classes or another GELU where given.
 * @throws {FormatError} on an argument that is not known.
 */
export function backboneFromTimm(
  { build, timm }: Family,
  config: TimmConfig,
  where: string,
  { classes, activation }: { classes?: number | undefined; activation?: Activation | undefined } = {},
): Backbone {
  const count = classes ?? config.num_classes ?? config.pretrained_cfg?.num_classes;
  return build({
    ...timm.read(config, where),
    ...(count !== undefined && { classes: count }),
    ...(activation && { activation }),
  });
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
