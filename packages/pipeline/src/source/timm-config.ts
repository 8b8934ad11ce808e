import { type Activation, type Backbone, type Family, FormatError, type TimmModel, shown } from "@tessera/core";
import { type Preprocessing, type TimmPretrainedConfig, timmPreprocessing } from "@tessera/data";
import { checkedConfig } from "./config-limits.ts";
import { currentName, familyWith } from "./families.ts";

/** Names of the outputs, wherever in the file they stand. */
interface Named {
  /** In the order of the outputs. Where ids have gaps timm writes an object, which is not read. */
  label_names?: unknown;
  /** What `label_names` was called before. */
  labels?: unknown;
  /** By name: for ImageNet, whose names are synset ids. */
  label_descriptions?: Record<string, string>;
}

interface PretrainedConfig extends TimmPretrainedConfig, Named {
  num_classes?: number | null;
  global_pool?: string | null;
  /** The model is made for `input_size` and takes no other. */
  fixed_input_size?: boolean;
}

/** `config.json` of a timm repository, as far as it is read. */
export interface TimmConfig extends TimmModel, Named {
  num_classes?: number;
  /** Missing in files of timm before 0.9: its fields stand beside the architecture. */
  pretrained_cfg?: PretrainedConfig;
  /** transformers' wrapper of timm's models has it, and what is saved here. */
  problem_type?: unknown;
}

/** True for a parsed `config.json` in timm's form. */
export function isTimmConfig(config: unknown): config is TimmConfig {
  return typeof config === "object" && config !== null && typeof (config as TimmConfig).architecture === "string";
}

/** The part about the checkpoint, of files of every age. */
function pretrainedOf(config: TimmConfig): PretrainedConfig {
  return config.pretrained_cfg ?? (config as PretrainedConfig);
}

/** Of what timm calls it today, without a checkpoint's tag. */
function variantOf(family: Family, { architecture }: TimmModel): string {
  return currentName(family, architecture).split(".", 1)[0]!;
}

/**
 * The family of a timm config's model.
 * @throws {FormatError} on an architecture that is not known.
 */
export async function familyOfTimm(config: TimmModel, where: string): Promise<Family> {
  const family = await familyWith(config.architecture, (one) => {
    const name = variantOf(one, config);
    return Object.hasOwn(one.variants, name) || one.timm.architectures.includes(name);
  });
  if (family) return family;
  throw new FormatError(
    `${where}: expected a known "architecture", got ${shown(config.architecture)}; \`tessera models\` lists them`,
  );
}

/**
 * The model that a timm config describes, with another number of classes or another GELU where given.
 * @throws {FormatError} on an argument that is not known.
 */
export function backboneFromTimm(
  family: Family,
  config: TimmConfig,
  where: string,
  { classes, activation }: { classes?: number | undefined; activation?: Activation | undefined } = {},
): Backbone {
  const described = {
    architecture: variantOf(family, config),
    model_args: { ...impliedArgs(pretrainedOf(config)), ...config.model_args },
  };
  const count = classes ?? classesFromTimm(config);
  const read = {
    ...family.timm.read(described, where),
    ...(count !== undefined && { classes: count }),
    ...(activation && { activation }),
  };
  return family.build(checkedConfig(read, where));
}

/** What timm hands to the constructor from the part about the checkpoint: `_update_default_model_kwargs` of `_builder.py`. */
function impliedArgs({ input_size: size, fixed_input_size: fixed, global_pool: pool }: PretrainedConfig): object {
  return {
    ...(fixed && Array.isArray(size) && size.length === 3 && { img_size: size.slice(1) }),
    ...(pool && { global_pool: pool }),
  };
}

/** Outputs of the head; undefined where the config leaves them to the variant. Arguments come first, as for timm. */
export function classesFromTimm(config: TimmConfig): number | undefined {
  const count = config.model_args?.["num_classes"] ?? config.num_classes ?? pretrainedOf(config).num_classes;
  return typeof count === "number" && count >= 0 ? count : undefined;
}

/** Preprocessing as the part about the checkpoint says. */
export function preprocessingFromTimm(config: TimmConfig): Preprocessing {
  return timmPreprocessing(pretrainedOf(config));
}

/** Names of the outputs that a person understands; undefined where the config has none. */
export function labelsFromTimm(config: TimmConfig): string[] | undefined {
  const pretrained = pretrainedOf(config);
  const names = config.label_names ?? pretrained.label_names ?? config.labels ?? pretrained.labels;
  const descriptions = config.label_descriptions ?? pretrained.label_descriptions;
  if (!Array.isArray(names)) return undefined;
  return names.map((name) => descriptions?.[String(name)] ?? String(name));
}
