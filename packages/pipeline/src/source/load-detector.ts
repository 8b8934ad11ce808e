import { type Checkpoint, FormatError, type OptionNames, TesseraError, type TimmNames, checkedOptions, printable, shown, toTimmNames } from "@tessera/core"; // prettier-ignore
import { type DetectionPreprocessing, type HuggingFacePreprocessorConfig, detectionPreprocessing } from "@tessera/data";
import type { Detector, DetectorFamily } from "@tessera/detection";
import { openCheckpoint, watchNonFinite } from "@tessera/weights";
import { isCheckpointFile } from "./checkpoint-file.ts";
import { checkHuggingFaceFields } from "./config-limits.ts";
import { buildDetector } from "./build-detector.ts";
import {
  type DetectorName,
  detectorFamilyNamed,
  detectorFamilyOf,
  detectorOfHuggingFace,
  knownDetector,
} from "./detectors.ts";
import { isOwnConfig } from "./detector-config.ts";
import { ensureBackend } from "./ensure-backend.ts";
import { isHuggingFaceConfig, labelsFromHuggingFace } from "./hugging-face-config.ts";
import { type LoadModelOptions, checkSpec } from "./load-model.ts";
import { type ModelFiles, isModelFiles, openFolder, openWeights } from "./model-files.ts";
import { readJson } from "./read-json.ts";
import { takenFrom } from "./taken-from.ts";

export interface LoadDetectorOptions extends Pick<
  LoadModelOptions,
  "weights" | "entry" | "labels" | "hub" | "signal" | "onProgress" | "onWarning"
> {
  /** Published detector whose weights `spec` holds: `detr_resnet50`. */
  arch?: DetectorName | (string & {}) | undefined;
}

/** The names of those options. @internal */
export const loadDetectorOptions: OptionNames<LoadDetectorOptions> = {
  arch: true,
  weights: true,
  entry: true,
  labels: true,
  hub: true,
  signal: true,
  onProgress: true,
  onWarning: true,
};

/** What a detector is found by: see `loadDetector`. */
export type DetectorSpec = DetectorName | (string & {}) | URL | ModelFiles;

/** A detector with what it takes to use it. */
export interface LoadedDetector {
  name: string;
  model: Detector;
  labels: readonly string[];
  preprocessing: DetectionPreprocessing;
}

/** A checkpoint in the official names, and the model that it is of. */
interface Plan {
  name: string;
  names: TimmNames;
  build: () => Detector;
  labels?: readonly string[] | undefined;
  preprocessing: DetectionPreprocessing;
}

/**
 * From a name to a detector that is ready: a repository of the Hugging Face hub (`facebook/detr-resnet-50`), a folder or an address with
 * `config.json` as transformers writes it; those files themselves; a checkpoint file with `arch`, as the authors' `.pth`; or a
 * published detector with `weights`. Chooses a backend if none is set.
 *
 * @throws {TesseraError} if there is no such detector, or its weights are those of another. Nothing is left allocated then.
 */
export async function loadDetector(spec: DetectorSpec, options: LoadDetectorOptions = {}): Promise<LoadedDetector> {
  checkSpec("loadDetector", spec);
  checkedOptions("loadDetector", options, loadDetectorOptions);
  const { signal, onProgress, onWarning } = options;
  const { name, names, build, labels: known, preprocessing } = await plan(spec, options);
  try {
    const model = build();
    const labels = await checkedLabels(model.config.classes, known, options.labels);
    const checkpoint = watchNonFinite(names.checkpoint, ({ name: path, nan, infinite }) => {
      onWarning?.(
        `${printable(path)} holds ${nan} NaN and ${infinite} infinite values; the model's answers mean nothing`,
      );
    });
    await ensureBackend();
    await model.load(checkpoint, { ...(signal && { signal }), ...(onProgress && { onProgress }) });
    return { name, model, labels, preprocessing };
  } finally {
    await names.checkpoint.dispose();
  }
}

async function plan(spec: DetectorSpec, options: LoadDetectorOptions): Promise<Plan> {
  const { arch, weights, entry, signal, onWarning } = options;
  const opened = (source: NonNullable<LoadDetectorOptions["weights"]>) => openCheckpoint(source, { entry, signal });
  const named = (checkpoint: Checkpoint, { dialects }: Pick<DetectorFamily, "dialects">): TimmNames => {
    const names = toTimmNames(checkpoint, dialects);
    for (const warning of takenFrom(checkpoint, names)) onWarning?.(warning);
    return names;
  };
  const variant = async (name: string, checkpoint: Promise<Checkpoint>): Promise<Plan> => {
    const family = await knownDetector(name);
    const names = named(await checkpoint, family);
    const build = () => family.create(name, family.configFrom(names.checkpoint.tensors));
    return { name, names, build, preprocessing: family.pixels ?? detectionPreprocessing() };
  };
  if (!isModelFiles(spec)) {
    const text = String(spec);
    const family = await detectorFamilyOf(text);
    if (family) {
      if (weights !== undefined) return variant(text, opened(weights));
      const { hub, file } = family.pretrained(text) ?? {};
      throw new TesseraError(
        `loadDetector: expected weights for ${text}, got its name alone; pass weights, a checkpoint file${hub ? `, or name a repository of the hub such as ${hub}` : ` of ${file}`}`,
      );
    }
    if (weights === undefined && (await isCheckpointFile(spec, signal))) {
      if (arch !== undefined) return variant(arch, opened(spec));
      throw new TesseraError(
        `loadDetector: expected the detector whose weights ${text} holds, got none; pass arch, for example "detr_resnet50"`,
      );
    }
    if (weights !== undefined && arch !== undefined) return variant(arch, opened(weights));
  }
  const folder = await openFolder(spec, { signal, ...options.hub });
  const checkpoint = () => (weights === undefined ? openWeights(folder, { entry, signal }) : opened(weights));
  if (arch !== undefined) return variant(arch, checkpoint());
  const file = await folder.find("config.json");
  if (file === undefined)
    throw new TesseraError(
      `loadDetector: expected a folder with config.json, a checkpoint file or a repository of the hub, got ${shown(folder.name)}; check the name`,
      { code: "not-found" },
    );
  const where = typeof file === "string" || file instanceof URL ? String(file) : "config.json";
  const config = await readJson(file, signal);
  const processor = await folder.find("preprocessor_config.json");
  const read = processor === undefined ? {} : ((await readJson(processor, signal)) as HuggingFacePreprocessorConfig);
  const preprocessing = detectionPreprocessing(read);
  if (isOwnConfig(config)) {
    const { architecture, num_classes: classes, label_names: labels, model_args: args = {}, rounding } = config;
    const model = await buildDetector(architecture, args, classes, where);
    const { dialects } = await detectorFamilyNamed(model.family, where);
    return {
      name: folder.name,
      names: named(await checkpoint(), { dialects }),
      build: () => model,
      labels,
      preprocessing: { ...preprocessing, ...(rounding && { rounding }) },
    };
  }
  if (!isHuggingFaceConfig(config))
    throw new FormatError(
      `${where}: expected a detector's config.json with "model_type" or "architecture", got another; take its checkpoint with arch`,
    );
  checkHuggingFaceFields(config, where);
  const family = await detectorOfHuggingFace(config.model_type, where);
  const names = named(await checkpoint(), family);
  const build = () => family.build(family.huggingFace.read(config, where, names.checkpoint.tensors));
  return { name: folder.name, names, build, labels: labelsFromHuggingFace(config), preprocessing };
}

/** @throws {TesseraError} unless there is a label for each class. */
async function checkedLabels(
  classes: number,
  known: readonly string[] | undefined,
  given: readonly string[] | undefined,
): Promise<readonly string[]> {
  const { coco80, coco91 } = await import("./labels/coco.ts");
  const coco = [coco80, coco91].find(({ length }) => length === classes);
  const usual = coco ?? Array.from({ length: classes }, (_, i) => `class ${i}`);
  const labels = given ?? known ?? usual;
  if (labels.length === classes) return labels;
  throw new TesseraError(
    `loadDetector: expected ${classes} labels, one a class, got ${labels.length}; name every class once`,
  );
}
