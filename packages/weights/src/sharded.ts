import { type Checkpoint, FormatError, type StoredTensor, shown, printable } from "@tessera/core";
import { openCheckpoint } from "./open-checkpoint.ts";
import { repeatedKey } from "./safetensors/repeated-key.ts";
import { openSource, type SourceInput } from "./source/open-source.ts";
import type { UrlSourceOptions } from "./source/url-source.ts";

const largestIndex = 100_000_000;
/** What file systems take. */
const longestName = 255;

/** Reads `weight_map`: which tensor is in which file. */
async function weightMap(
  input: SourceInput,
  options: UrlSourceOptions,
): Promise<{ where: string; files: Map<string, string> }> {
  const source = await openSource(input, options);
  const where = source.name;
  try {
    if (source.length > largestIndex)
      throw new FormatError(
        `${where}: expected an index of at most ${largestIndex} bytes, got ${source.length}; name the .index.json`,
      );
    const text = new TextDecoder().decode(await source.read(0, source.length, options.signal));
    const map = (JSON.parse(text) as { weight_map?: unknown } | null)?.weight_map;
    const repeated = repeatedKey(text);
    if (repeated !== undefined)
      throw new FormatError(`${where}: expected every name once, got ${shown(repeated)} twice; write the index again`);
    if (typeof map !== "object" || map === null)
      throw new FormatError(`${where}: expected a weight_map, got none; name the .index.json`);
    const files = new Map(
      Object.entries(map as Record<string, unknown>).map(([name, file]) => [name, checkedFile(file, where)]),
    );
    return { where, files };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new FormatError(
      `${where}: expected JSON with a weight_map, got something else (${cause.message}); name the .index.json`,
      { cause },
    );
  } finally {
    await source.close();
  }
}

/** A file beside the index: an address, a path and a hidden file are refused before anything is looked for. */
function checkedFile(file: unknown, where: string): string {
  if (typeof file === "string" && file.length <= longestName && /^[\w-][\w.-]*$/.test(file)) return file;
  throw new FormatError(`${where}: expected plain file names, got ${shown(file)}; do not trust the index`);
}

/**
 * Opens a model that is spread over several files, by its index (`model.safetensors.index.json`). Tensors are read one by
 * one when they are asked for; `dispose` closes all files.
 *
 * @param locate where a file of the index is, given its name, which is plain: neither a path nor an address. All are located
 *   before one is opened
 * @throws FormatError when the index or a file is damaged, or a file lacks a tensor that the index promises
 */
export async function openShards(
  index: SourceInput,
  locate: (file: string) => SourceInput | Promise<SourceInput>,
  options: UrlSourceOptions = {},
): Promise<Checkpoint> {
  const { where, files } = await weightMap(index, options);
  const shards = new Map<string, Checkpoint>();
  const dispose = async (): Promise<void> => {
    await Promise.all([...shards.values()].map((shard) => shard.dispose()));
  };
  try {
    const sources = new Map<string, SourceInput>();
    for (const file of new Set(files.values())) sources.set(file, await locate(file));
    for (const [file, source] of sources) shards.set(file, await openCheckpoint(source, options));
    const tensors = new Map<string, StoredTensor>();
    for (const [name, file] of files) {
      const tensor = shards.get(file)!.tensors.get(name);
      if (!tensor)
        throw new FormatError(
          `${where}: expected ${printable(name)} in ${file}, got a file without it; fetch all files of one revision`,
        );
      tensors.set(name, tensor);
    }
    return { tensors, metadata: [...shards.values()][0]?.metadata ?? {}, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
