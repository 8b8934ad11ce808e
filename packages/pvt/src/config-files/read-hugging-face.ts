import { type Checkpoint, FormatError, activationFromHuggingFace, shown } from "@tessera/core";
import { type PvtConfig, type Stages, stages } from "../config.ts";
import { embedWindow } from "../grids.ts";
import { positives, wholes } from "./stage-values.ts";

/** `config.json` of transformers, as far as it is read. */
interface HuggingFaceConfig {
  model_type?: string;
  architectures?: string[];
  image_size?: number | [number, number];
  num_channels?: number;
  depths?: unknown;
  hidden_sizes?: unknown;
  num_attention_heads?: unknown;
  mlp_ratios?: unknown;
  /** Of the first version. */
  sequence_reduction_ratios?: unknown;
  /** Of the second. */
  sr_ratios?: unknown;
  linear_attention?: boolean;
  patch_sizes?: unknown;
  strides?: unknown;
  hidden_act?: unknown;
  qkv_bias?: boolean;
  layer_norm_eps?: number;
  id2label?: Record<string, string>;
}

/** Values of `model_type` that are read. */
export const modelTypes = ["pvt", "pvt_v2"] as const;

/** What the config classes have where a file says nothing. */
const widths: Record<1 | 2, Stages<number>> = { 1: [64, 128, 320, 512], 2: [32, 64, 160, 256] };
const classes = { 1: 1000, 2: 2 };

/**
 * The PVT that a transformers config describes. Its head is that of the checkpoint, or without one that of the class that wrote
 * the config.
 *
 * @throws {FormatError} on an activation, sizes or patches that are not known.
 */
export function readHuggingFace(config: HuggingFaceConfig, where: string, tensors?: Checkpoint["tensors"]): PvtConfig {
  const version = config.model_type === "pvt" ? 1 : 2;
  const { architectures: [architecture = ""] = [], id2label = {} } = config;
  const hasHead = architecture.includes("ForImageClassification");
  checkPatches(config, version, where);
  const reductions = version === 1 ? "sequence_reduction_ratios" : "sr_ratios";
  return {
    version,
    imageSize: config.image_size ?? 224,
    depths: listed(config, "depths", wholes, [2, 2, 2, 2], where),
    widths: listed(config, "hidden_sizes", wholes, widths[version], where),
    heads: listed(config, "num_attention_heads", wholes, [1, 2, 5, 8], where),
    mlpRatios: listed(config, "mlp_ratios", positives, [8, 8, 4, 4], where),
    reductions: listed(config, reductions, wholes, [8, 4, 2, 1], where),
    ...(version === 2 && config.linear_attention && { linear: true }),
    classes: tensors
      ? (tensors.get("head.weight")?.shape[0] ?? 0)
      : hasHead
        ? Object.keys(id2label).length || classes[version]
        : 0,
    channels: config.num_channels ?? 3,
    qkvBias: config.qkv_bias ?? true,
    activation: activationFromHuggingFace(config.hidden_act, where),
    epsilon: config.layer_norm_eps ?? 1e-6,
  };
}

function listed(
  config: HuggingFaceConfig,
  field: keyof HuggingFaceConfig,
  read: (value: unknown) => Stages<number> | undefined,
  otherwise: Stages<number>,
  where: string,
): Stages<number> {
  const value = config[field];
  const values = value === undefined ? otherwise : read(value);
  if (values) return values;
  throw new FormatError(`${where}: expected a number for each of four stages as "${field}", got ${shown(value)}`);
}

/** transformers could have others; there is one published geometry of each version. */
function checkPatches(config: HuggingFaceConfig, version: 1 | 2, where: string): void {
  const windows = stages((stage) => embedWindow(version, stage));
  const expected = { patch_sizes: windows.map(({ size }) => size), strides: windows.map(({ stride }) => stride) };
  for (const field of ["patch_sizes", "strides"] as const) {
    const value = config[field];
    if (value === undefined || JSON.stringify(value) === JSON.stringify(expected[field])) continue;
    throw new FormatError(`${where}: expected "${field}" of [${expected[field].join(", ")}], got ${shown(value)}`);
  }
}
