import {
  type Backbone,
  type Checkpoint,
  type Family,
  type Module,
  type StoredTensor,
  TesseraError,
  pair,
  toHuggingFaceNames,
} from "@tessera/core";
import { type Preprocessing, timmPreprocessing } from "@tessera/data";
import { saveFolder, streamSafetensors } from "@tessera/weights";
import { familyOfModel } from "./families.ts";
import { huggingFaceLabels, huggingFacePreprocessorOf } from "./save-hugging-face.ts";
import { timmConfigOf } from "./save-timm.ts";

export interface SaveModelOptions {
  /** Whose config and names. @default "timm" */
  format?: "timm" | "huggingface" | undefined;
  /** Names of the classes, in the order of the outputs. */
  labels?: readonly string[] | undefined;
  /** @default resized to the model's size, bicubic, brought to -1…1 */
  preprocessing?: Preprocessing | undefined;
  /** Classes do not exclude each other: `problem_type` of the config. @default false */
  multiLabel?: boolean | undefined;
  /** What floats are rounded to. @default "F32" */
  dtype?: "F32" | "F16" | "BF16" | undefined;
}

/**
 * Writes a folder that `loadModel`, timm and transformers load: `config.json`, `preprocessor_config.json` for transformers,
 * and last `model.safetensors`. Node only; `modelFilesOf` gives a page the bytes.
 *
 * @throws {TesseraError} if the format has no such model, or the files cannot be written.
 */
export async function saveModel(model: Backbone, folder: string | URL, options: SaveModelOptions = {}): Promise<void> {
  await saveFolder(folder, await filesOf(model, options));
}

/** The bytes of the files that `saveModel` writes, by name. */
export async function modelFilesOf(
  model: Backbone,
  options: SaveModelOptions = {},
): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const done: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const [name, chunks] of Object.entries(await filesOf(model, options))) {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of chunks) parts.push(chunk as Uint8Array<ArrayBuffer>);
    done[name] = new Uint8Array(await new Blob(parts).arrayBuffer());
  }
  return done;
}

async function filesOf(
  model: Backbone,
  { format = "timm", labels = [], preprocessing, multiLabel = false, dtype }: SaveModelOptions,
): Promise<Record<string, AsyncIterable<Uint8Array>>> {
  const { config } = model;
  if (labels.length > 0 && labels.length !== config.classes)
    throw new TesseraError(`saveModel: expected ${config.classes} labels, one an output, got ${labels.length}`);
  const [height, width] = pair(config.imageSize);
  const half = [0.5, 0.5, 0.5];
  const prepared =
    preprocessing ?? timmPreprocessing({ input_size: [3, height, width], crop_pct: 1, mean: half, std: half });
  const written = { dtype, metadata: { format: "pt" } };
  const own = checkpointOf(model);
  const problem = multiLabel ? { problem_type: "multi_label_classification" } : {};
  const { timm, huggingFace } = await familyOf(model);
  if (format === "timm") {
    return {
      "config.json": json({ ...timmConfigOf(timm.write(config), config, labels, prepared), ...problem }),
      "model.safetensors": streamSafetensors(own.tensors, written),
    };
  }
  if (!huggingFace)
    throw new TesseraError(
      `saveModel: expected a model that transformers has, got a ${model.constructor.name}; save it as timm`,
    );
  const { checkpoint, modelType } = toHuggingFaceNames(own, huggingFace.names);
  const described = {
    ...huggingFace.write(config, modelType),
    ...huggingFaceLabels(config.classes, labels),
    ...problem,
  };
  return {
    "config.json": json(described),
    "preprocessor_config.json": json(huggingFacePreprocessorOf(prepared)),
    "model.safetensors": streamSafetensors(checkpoint.tensors, written),
  };
}

async function familyOf(model: Backbone): Promise<Family> {
  const family = await familyOfModel(model);
  if (family) return family;
  throw new TesseraError(
    `saveModel: expected a model of a published family, got ${model.constructor.name}; save its weights alone with saveSafetensors`,
  );
}

/** A model's parameters as a file would hold them; each is read when it is asked for. @internal */
export function checkpointOf(model: Pick<Module, "state">): Checkpoint {
  const tensors = [...model.state()].map(([path, param]): [string, StoredTensor] => [
    path,
    {
      dtype: "F32",
      shape: param.shape,
      read: async () => Float32Array.from(await param.value.data<"float32">()),
    },
  ]);
  return { tensors: new Map(tensors), metadata: {}, dispose: async () => {} };
}

/** A file of JSON. @internal */
export async function* json(document: object): AsyncGenerator<Uint8Array> {
  // Python tells whole floats from integers, and transformers 5 refuses one where it wants the other
  const text = JSON.stringify(document, null, 2).replaceAll(/("layerscale_value": \d+)(?=[,\n])/g, "$1.0");
  yield new TextEncoder().encode(`${text}\n`);
}
