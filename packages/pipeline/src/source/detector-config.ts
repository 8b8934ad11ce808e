import type { DetectionPreprocessing } from "@tessera/data";

/** `config.json` of a detector as `saveDetector` writes it: timm's words where it has some. */
export interface DetectorConfig {
  /** Name of the family, or of a variant. */
  architecture: string;
  num_classes: number;
  label_names?: readonly string[];
  /** The model's own config, without its classes. */
  model_args?: Readonly<Record<string, unknown>>;
  /** What `preprocessor_config.json` has no word for. */
  rounding?: NonNullable<DetectionPreprocessing["rounding"]>;
}

/** Far past any data set that is known. */
const mostClasses = 2 ** 20;

/** True for a parsed config of that form; what `model_args` may hold, `buildDetector` checks. */
export function isOwnConfig(config: unknown): config is DetectorConfig {
  if (typeof config !== "object" || config === null) return false;
  const {
    architecture,
    num_classes: classes = 0,
    label_names: labels = [],
    model_args: args = {},
    rounding = "down",
  } = config as Partial<DetectorConfig>;
  return (
    typeof architecture === "string" &&
    Number.isInteger(classes) &&
    classes > 0 &&
    classes <= mostClasses &&
    Array.isArray(labels) &&
    labels.every((label) => typeof label === "string") &&
    typeof args === "object" &&
    args !== null &&
    ["down", "half-up"].includes(rounding)
  );
}
