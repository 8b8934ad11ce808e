import { type Checkpoint, TesseraError } from "@tessera/core";
import {
  type HubOptions,
  type SourceInput,
  hubFile,
  hubFiles,
  isHubId,
  keepAbsence,
  openCheckpoint,
  openShards,
  openSource,
} from "@tessera/weights";
import { EMBEDDED_MODEL, embeddedFiles } from "./embedded.ts";

/** A model's files, wherever they are: what a user drops on a page has no path. */
export interface ModelFiles {
  /** `config.json`, as timm or transformers writes it. */
  config: SourceInput;
  /** A checkpoint of any format that `@tessera/weights` reads. */
  weights: SourceInput;
  /** transformers' `preprocessor_config.json`. */
  preprocessor?: SourceInput;
}

/** Where a model's files lie. */
export interface ModelFolder {
  readonly name: string;
  /** On the hub, not here. */
  readonly isRepository?: boolean;
  /**
   * A file by its name; undefined where there is none.
   * @throws {TesseraError} `unreachable` where it cannot be known whether there is: a repository without a network.
   */
  find(file: string): Promise<SourceInput | undefined>;
}

/** Weights by their usual names, in one file or listed by an index, the safest format first. */
const weightFiles = [
  "model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
  "model.npz",
];

/** The embedded default, files that are given, a folder or address, or a repository of the hub. */
export async function openFolder(spec: string | URL | ModelFiles, hub: HubOptions = {}): Promise<ModelFolder> {
  if (isModelFiles(spec)) return given(spec);
  if (spec === EMBEDDED_MODEL) return given({ ...embeddedFiles }, EMBEDDED_MODEL);
  const folder = located(spec, hub.signal);
  if (typeof spec !== "string" || !isHubId(spec)) return folder;
  // A page has no folders, and its server may answer any name with a page.
  const isHere = !("location" in globalThis) && (await folder.find("config.json")) !== undefined;
  return isHere ? folder : onHub(spec, hub);
}

/** True for files in place of a name. */
export function isModelFiles(spec: string | URL | ModelFiles): spec is ModelFiles {
  return typeof spec === "object" && spec !== null && "config" in spec;
}

interface WeightOptions {
  /** Which weights of a file with several: see `openCheckpoint`. */
  entry?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The weights of a folder, in one file or in shards.
 * @throws {TesseraError} if there are none.
 */
export async function openWeights(folder: ModelFolder, { entry, signal }: WeightOptions = {}): Promise<Checkpoint> {
  let unknown: unknown;
  for (const file of weightFiles) {
    const found = await folder.find(file).catch((error: unknown) => {
      // in another format they may be here
      if (!TesseraError.isInstance(error, "unreachable")) throw error;
      unknown ??= error;
      return undefined;
    });
    if (found === undefined) continue;
    if (!file.endsWith(".json")) return openCheckpoint(found, { entry, signal });
    return openShards(found, (name) => shard(folder, name), { signal });
  }
  if (unknown !== undefined) throw unknown;
  throw new TesseraError(`${folder.name}: expected weights as ${weightFiles.join(", ")}, got none of them`, {
    code: "not-found",
  });
}

/** The weights of a folder or a repository of the hub, by the names that they have there. `dispose` closes them. */
export async function openModelWeights(
  spec: string | URL | ModelFiles,
  { hub, ...options }: WeightOptions & { hub?: HubOptions | undefined } = {},
): Promise<Checkpoint> {
  return openWeights(await openFolder(spec, { signal: options.signal, ...hub }), options);
}

/** A file that an index names. @throws {TesseraError} if there is none. */
async function shard(folder: ModelFolder, file: string): Promise<SourceInput> {
  const found = await folder.find(file);
  if (found !== undefined) return found;
  throw new TesseraError(`${folder.name}: expected ${file}, which its index names, got none; fetch the rest`, {
    code: "not-found",
  });
}

function given(files: ModelFiles, name?: string): ModelFolder {
  const { config, weights, preprocessor } = files;
  const byName: Record<string, SourceInput | undefined> = {
    "config.json": config,
    "preprocessor_config.json": preprocessor,
    "model.safetensors": weights,
  };
  const fileName = weights instanceof Blob ? (weights as Partial<File>).name : undefined;
  return { name: name ?? fileName ?? "the files given", find: async (file) => byName[file] };
}

function located(folder: string | URL, signal: AbortSignal | undefined): ModelFolder {
  const isAddress = folder instanceof URL || /^[a-z]+:\/\//i.test(folder);
  const inside = (file: string): string | URL =>
    isAddress ? new URL(file, String(folder).replace(/\/?$/, "/")) : `${folder.replace(/[\\/]$/, "")}/${file}`;
  return {
    name: String(folder),
    async find(file) {
      try {
        const source = await openSource(inside(file), { signal });
        await source.close();
        return inside(file);
      } catch (error) {
        if (TesseraError.isInstance(error, "not-found")) return undefined;
        throw error;
      }
    },
  };
}

async function onHub(repo: string, options: HubOptions): Promise<ModelFolder> {
  const { files, commit, absent, reason } = await hubFiles(repo, options);
  const names = new Set(files.map(({ name }) => name));
  const lacked = new Set(absent);
  return {
    name: repo,
    isRepository: true,
    async find(file) {
      // one commit for all files, whatever is pushed meanwhile; who could not be asked once is not asked again
      if (names.has(file)) return hubFile(repo, file, { ...options, commit, ...(reason && { offline: true }) });
      if (!reason) await keepAbsence(repo, file, { ...options, commit });
      if (!reason || lacked.has(file)) return undefined;
      throw new TesseraError(
        `${repo}: expected ${file} in the cache, or to know that the repository has none, got neither (${reason.message})`,
        { cause: reason, code: "unreachable" },
      );
    },
  };
}
