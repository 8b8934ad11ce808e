import { type Checkpoint, FormatError, type OptionNames, TesseraError, checkedOptions, nearest, printable, shown, toTimmNames } from "@tessera/core"; // prettier-ignore
import { type HuggingFacePreprocessorConfig, IMAGENET_MEAN, IMAGENET_STD, type Preprocessing, huggingFacePreprocessing } from "@tessera/data"; // prettier-ignore
import type { Mae, MaeName } from "@tessera/mae";
import { openCheckpoint, watchNonFinite } from "@tessera/weights";
import { isCheckpointFile } from "./checkpoint-file.ts";
import { checkHuggingFaceFields } from "./config-limits.ts";
import { ensureBackend } from "./ensure-backend.ts";
import { type LoadModelOptions, checkSpec } from "./load-model.ts";
import { type ModelFiles, isModelFiles, openFolder, openWeights } from "./model-files.ts";
import { readJson } from "./read-json.ts";
import { takenFrom } from "./taken-from.ts";

export interface LoadInpainterOptions extends Pick<
  LoadModelOptions,
  "weights" | "entry" | "hub" | "signal" | "onProgress" | "onWarning"
> {
  /** Published masked autoencoder whose weights `spec` holds: `mae_vit_base_patch16`. */
  arch?: MaeName | (string & {}) | undefined;
}

/** The names of those options. @internal */
export const loadInpainterOptions: OptionNames<LoadInpainterOptions> = {
  arch: true,
  weights: true,
  entry: true,
  hub: true,
  signal: true,
  onProgress: true,
  onWarning: true,
};

/** What an inpainter is found by: see `loadInpainter`. */
export type InpainterSpec = MaeName | (string & {}) | URL | ModelFiles;

/** A masked autoencoder with what it takes to fill pictures. */
export interface LoadedInpainter {
  name: string;
  model: Mae;
  /** What is done to bytes: `(byte * scale - mean) / std`. */
  statistics: Pick<Preprocessing, "scale" | "mean" | "std">;
}

interface Plan extends Omit<LoadedInpainter, "model"> {
  checkpoint: Checkpoint;
  build: (checkpoint: Checkpoint) => Mae;
}

/**
 * From a name to a masked autoencoder that is ready: a repository of the Hugging Face hub (`facebook/vit-mae-base`), a folder or an
 * address with `config.json` as transformers writes it; those files themselves; a checkpoint file with `arch`, as the authors'
 * `mae_visualize_vit_base.pth`; or a published name with `weights`. Chooses a backend if none is set.
 *
 * @throws {TesseraError} if there is no such model, or its weights are those of another, of an encoder alone for one. Nothing is left
 * allocated then.
 */
export async function loadInpainter(spec: InpainterSpec, options: LoadInpainterOptions = {}): Promise<LoadedInpainter> {
  checkSpec("loadInpainter", spec);
  checkedOptions("loadInpainter", options, loadInpainterOptions);
  const { signal, onProgress, onWarning } = options;
  const { maeFamily } = await import("@tessera/mae");
  const { name, statistics, checkpoint: stored, build } = await plan(spec, options);
  try {
    const names = toTimmNames(stored, maeFamily.dialects);
    for (const warning of takenFrom(stored, names)) onWarning?.(warning);
    const model = build(names.checkpoint);
    const checkpoint = watchNonFinite(names.checkpoint, ({ name: path, nan, infinite }) => {
      onWarning?.(`${printable(path)} holds ${nan} NaN and ${infinite} infinite values; what is drawn means nothing`);
    });
    await ensureBackend();
    await model.load(checkpoint, { ...(signal && { signal }), ...(onProgress && { onProgress }) });
    return { name, model, statistics };
  } finally {
    await stored.dispose();
  }
}

async function plan(spec: InpainterSpec, options: LoadInpainterOptions): Promise<Plan> {
  const { arch, weights, entry, signal } = options;
  const { maeFamily, isMaeName, maeNames } = await import("@tessera/mae");
  const opened = (source: NonNullable<LoadInpainterOptions["weights"]>) => openCheckpoint(source, { entry, signal });
  const statistics = { scale: 1 / 255, mean: IMAGENET_MEAN, std: IMAGENET_STD };
  const variant = async (name: string, checkpoint: () => Promise<Checkpoint>): Promise<Plan> => {
    if (isMaeName(name))
      return { name, statistics, checkpoint: await checkpoint(), build: () => maeFamily.create(name) };
    throw new TesseraError(
      `loadInpainter: expected a masked autoencoder, got ${shown(name)}; did you mean ${nearest(name, maeNames)[0]}?`,
      { code: "not-found" },
    );
  };
  if (arch !== undefined) {
    if (weights !== undefined) return variant(arch, () => opened(weights));
    if (!isModelFiles(spec) && (await isCheckpointFile(spec, signal))) return variant(arch, () => opened(spec));
  } else if (!isModelFiles(spec)) {
    const text = String(spec);
    if (isMaeName(text)) {
      if (weights !== undefined) return variant(text, () => opened(weights));
      throw new TesseraError(
        `loadInpainter: expected weights for ${text}, got its name alone; pass weights, a checkpoint file, or name a repository of the hub such as ${maeFamily.pretrained(text)!.hub}`,
      );
    }
    if (weights === undefined && (await isCheckpointFile(spec, signal)))
      throw new TesseraError(
        `loadInpainter: expected the masked autoencoder whose weights ${text} holds, got none; pass arch, for example "mae_vit_base_patch16"`,
      );
  }
  const folder = await openFolder(spec, { signal, ...options.hub });
  const checkpoint = () => (weights === undefined ? openWeights(folder, { entry, signal }) : opened(weights));
  if (arch !== undefined) return variant(arch, checkpoint);
  const file = await folder.find("config.json");
  if (file === undefined)
    throw new TesseraError(
      `loadInpainter: expected a folder with config.json, a checkpoint file or a repository of the hub, got ${shown(folder.name)}; check the name`,
      { code: "not-found" },
    );
  const where = typeof file === "string" || file instanceof URL ? String(file) : "config.json";
  const config = (await readJson(file, signal)) as Readonly<Record<string, unknown>>;
  if (!(maeFamily.huggingFace.modelTypes as readonly unknown[]).includes(config["model_type"]))
    throw new FormatError(
      `${where}: expected a masked autoencoder, "model_type" of "vit_mae", got ${shown(config["model_type"])}; other models draw no pictures`,
    );
  checkHuggingFaceFields(config, where);
  const processor = await folder.find("preprocessor_config.json");
  return {
    name: folder.name,
    statistics:
      processor === undefined
        ? statistics
        : huggingFacePreprocessing((await readJson(processor, signal)) as HuggingFacePreprocessorConfig),
    checkpoint: await checkpoint(),
    build: () => maeFamily.build(maeFamily.huggingFace.read(config, where)),
  };
}
