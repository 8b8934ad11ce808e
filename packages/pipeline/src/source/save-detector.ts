import { TesseraError, toHuggingFaceNames } from "@tessera/core";
import { type DetectionPreprocessing, detectionPreprocessing } from "@tessera/data";
import type { Detector, DetectorFamily } from "@tessera/detection";
import { saveFolder, streamSafetensors } from "@tessera/weights";
import type { DetectorConfig } from "./detector-config.ts";
import { detectorFamilyNamed } from "./detectors.ts";
import { huggingFaceLabels } from "./save-hugging-face.ts";
import { checkpointOf, json } from "./save-model.ts";

export interface SaveDetectorOptions {
  /** `tessera`: any config, in the authors' names. `huggingface`: what transformers loads. @default "tessera" */
  format?: "tessera" | "huggingface" | undefined;
  /** Names of the classes, in the order of the outputs. */
  labels?: readonly string[] | undefined;
  /** @default DETR's */
  preprocessing?: DetectionPreprocessing | undefined;
  /** What floats are rounded to. @default "F32" */
  dtype?: "F32" | "F16" | "BF16" | undefined;
}

/**
 * Writes a folder that `loadDetector` loads: `config.json`, `preprocessor_config.json` as transformers writes it, and last
 * `model.safetensors`. Node only.
 *
 * @throws {TesseraError} if the format has no such detector, or the files cannot be written.
 */
export async function saveDetector(
  model: Detector,
  folder: string | URL,
  options: SaveDetectorOptions = {},
): Promise<void> {
  const { format = "tessera", labels = [], dtype } = options;
  const { classes, ...args } = model.config;
  if (labels.length > 0 && labels.length !== classes)
    throw new TesseraError(`saveDetector: expected ${classes} labels, one a class, got ${labels.length}`);
  const family = await detectorFamilyNamed(model.family, "saveDetector");
  const preprocessing = options.preprocessing ?? family.pixels ?? detectionPreprocessing();
  const own = checkpointOf(model);
  const described: DetectorConfig = {
    architecture: family.name,
    num_classes: classes,
    ...(labels.length > 0 && { label_names: labels }),
    model_args: args as Record<string, unknown>,
    ...(preprocessing.rounding && { rounding: preprocessing.rounding }),
  };
  const { config, tensors } =
    format === "tessera" ? { config: described, tensors: own.tensors } : inTransformers(model, family, labels);
  await saveFolder(folder, {
    "config.json": json(config),
    "preprocessor_config.json": json(processorOf(preprocessing)),
    "model.safetensors": streamSafetensors(tensors, { dtype, metadata: { format: "pt" } }),
  });
}

function inTransformers(model: Detector, { name, huggingFace }: DetectorFamily, labels: readonly string[]) {
  if (!huggingFace)
    throw new TesseraError(
      `saveDetector: expected a detector that transformers has, got ${name}; leave the format out`,
    );
  const config = { ...huggingFace.write(model.config), ...huggingFaceLabels(model.config.classes, labels) };
  return { config, tensors: toHuggingFaceNames(checkpointOf(model), huggingFace.names).checkpoint.tensors };
}

/** `preprocessor_config.json` as transformers writes DETR's, or YOLOS's where sides are whole patches. */
function processorOf({ shortest, longest, multiple, scale, mean, std }: DetectionPreprocessing): object {
  return {
    image_processor_type: multiple ? "YolosImageProcessor" : "DetrImageProcessor",
    do_resize: true,
    size: { shortest_edge: shortest, longest_edge: longest },
    resample: 2,
    do_rescale: true,
    rescale_factor: scale,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
    do_pad: true,
  };
}
