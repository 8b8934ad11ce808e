import { FormatError, shown } from "@tessera/core";

/** What a field of a config may hold, in words, and whether a value is that. */
type Limit = readonly [wanted: string, holds: (value: unknown) => boolean];

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

const whole = (most: number, least = 1): Limit => [
  `a whole number from ${least} to ${most}`,
  (value) => isWhole(value, least, most),
];
const number = (least: number, most: number): Limit => [
  `a number from ${least} to ${most}`,
  (value) => typeof value === "number" && value >= least && value <= most,
];
const flag: Limit = ["true or false", (value) => typeof value === "boolean"];
const eachOf = (count: number, [wanted, holds]: Limit): Limit => [
  `up to ${count} of them, each ${wanted}`,
  (value) => Array.isArray(value) && value.length > 0 && value.length <= count && value.every(holds),
];
const oneOrEachOf = (count: number, [wanted, holds]: Limit): Limit => [
  `${wanted}, or up to ${count} of them`,
  (value) => (Array.isArray(value) ? value.length > 0 && value.length <= count && value.every(holds) : holds(value)),
];
const side = (most: number): Limit => [
  `a side of 1 to ${most} pixels, or height and width`,
  (value) =>
    Array.isArray(value) ? value.length === 2 && value.every((one) => isWhole(one, 1, most)) : isWhole(value, 1, most),
];

const plainNumber: Limit = ["a number", (value) => typeof value === "number"];
const text: Limit = ["text", (value) => typeof value === "string"];
const isName = (value: unknown): boolean => typeof value === "string" || typeof value === "number";
const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const record: Limit = ["an object", isRecord];
/** An object where ids have gaps, which is not read. */
const labels: Limit = ["a list of texts", (value) => isRecord(value) || (Array.isArray(value) && value.every(isName))];
const names: Limit = ["an object of texts", (value) => isRecord(value) && Object.values(value).every(isName)];

/** Far past any model that is known, and far below what a machine takes long for: nothing is made for a layer until it is filled. */
const blocks = 1000;
const channels = 65_536;
const pixels = 4096;
const classCount = whole(2 ** 20, 0);

/** Every number that the families' configs have, by the one name that they share. */
const limits: Readonly<Record<string, Limit>> = {
  imageSize: side(pixels),
  patchSize: side(pixels),
  innerPatchSize: side(pixels),
  width: whole(channels),
  widths: eachOf(4, whole(channels)),
  innerWidth: whole(channels),
  mlpDim: whole(4 * channels),
  innerMlpDim: whole(4 * channels),
  depth: whole(blocks),
  depths: eachOf(4, whole(blocks)),
  heads: oneOrEachOf(4, whole(channels)),
  windowSize: oneOrEachOf(4, whole(pixels)),
  pretrainedWindows: eachOf(4, whole(pixels, 0)),
  mlpRatio: number(1e-3, 64),
  innerHeads: whole(channels),
  channels: whole(1024),
  classes: classCount,
  registers: whole(1024, 0),
  epsilon: number(1e-15, 0.1),
  momentum: number(0, 1),
  layerScale: number(-1000, 1000),
  headDivisor: number(1e-6, 1e6),
  dropout: number(0, 1),
  headDropout: number(0, 1),
  patchDropout: number(0, 1),
  dropPath: number(0, 1),
  qkvBias: flag,
  qkNorm: flag,
  classToken: flag,
  distilled: flag,
  distilledHead: flag,
  positionOnPrefix: flag,
  preNorm: flag,
  preLogits: flag,
  legacy: flag,
  innerPositions: flag,
};

/** `config.json` of timm, as far as it is read here; what is the model's own its family reads. */
const timmFields: Readonly<Record<string, Limit>> = {
  architecture: text,
  model_args: record,
  num_classes: classCount,
  label_names: labels,
  labels,
  label_descriptions: names,
  pretrained_cfg: record,
};

/** Fields of transformers' configs that are one number each; what it may be, the family's config says. */
const numbers = [
  "hidden_size",
  "embed_dim",
  "num_hidden_layers",
  "intermediate_size",
  "mlp_ratio",
  "num_channels",
  "layer_norm_eps",
  "layerscale_value",
  "num_register_tokens",
];

/** The same of transformers. */
const huggingFaceFields: Readonly<Record<string, Limit>> = {
  model_type: text,
  architectures: ["a list of texts", (value) => Array.isArray(value) && value.every((one) => typeof one === "string")],
  hidden_act: text,
  // families compare these and multiply by them: what is no number would be made one, of lists in lists by recursion
  ...Object.fromEntries(numbers.map((name) => [name, plainNumber])),
  id2label: names,
};

/** Fields that are absent or null are as their format has them. */
function check(config: object, fields: Readonly<Record<string, Limit>>, where: string): void {
  for (const [name, value] of Object.entries(config)) {
    const limit = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!limit || value === undefined || value === null) continue;
    const [wanted, holds] = limit;
    if (!holds(value)) throw new FormatError(`${where}: expected ${name} to be ${wanted}, got ${shown(value)}`);
  }
}

/** @throws {FormatError} on a field of timm's `config.json` that holds something else than timm writes there. */
export function checkTimmFields(config: { pretrained_cfg?: unknown }, where: string): void {
  check(config, timmFields, where);
  check((config.pretrained_cfg as object | null | undefined) ?? {}, timmFields, where);
}

/** @throws {FormatError} on a field of transformers' `config.json` that holds something else than transformers writes there. */
export function checkHuggingFaceFields(config: object, where: string): void {
  check(config, huggingFaceFields, where);
}

/**
 * A model's config that was read from a file, before anything is built of it: a depth of a million would take hours to declare,
 * and a negative ε gives NaN.
 *
 * @param where names the file in errors.
 * @throws {FormatError} on a number that no model could have.
 */
export function checkedConfig<C extends object>(config: C, where: string): C {
  check(config, limits, where);
  return config;
}
