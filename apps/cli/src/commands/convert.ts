import { stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { type Checkpoint, type StoredTensor, TesseraError, printable } from "@tessera/core";
import { anyToHuggingFaceNames, anyToTimmNames, loadModel, openModelWeights, saveModel } from "@tessera/pipeline";
import { type HubOptions, isHubId, openCheckpoint, saveSafetensors, watchNonFinite } from "@tessera/weights";
import { loading, warn } from "../loading.ts";
import { type Progress, progress } from "../progress.ts";
import { note, print, printJson } from "../report.ts";
import { interruption, startBackend } from "../run-options.ts";
import type { Settings } from "../settings.ts";

interface ConvertSettings extends Settings {
  arch?: string;
  to: "timm" | "huggingface";
  dtype?: "F32" | "F16" | "BF16";
  entry?: string;
  keepNames?: boolean;
}

/** Tensors under their new names, and what became of the old ones. */
interface Target {
  checkpoint: Checkpoint;
  /** The name in the file and the name in the result, for each tensor whose name changes. */
  renamed: [string, string][];
  dropped: string[];
  /** The dialect in which the names of the file are. */
  dialect?: string;
}

/**
 * `tessera convert`: reads a checkpoint of any format and anybody's names, and writes a .safetensors; or, to a name without an
 * extension, a folder with its config, as timm or transformers loads it.
 */
export async function convert(input: string, output: string, options: ConvertSettings): Promise<number> {
  const { json, dtype, entry } = options;
  const asFolder = extname(output) === "";
  if (!asFolder && !output.endsWith(".safetensors"))
    throw new TesseraError(
      `convert: expected a name that ends in .safetensors, or a folder's, to write, got ${output}`,
    );
  const signal = interruption();
  const file = await loading(({ hub }) => opened(input, { entry, hub, signal }));
  const bar = progress("convert", file.tensors.size);
  try {
    const { checkpoint, renamed, dropped, dialect } = await target(file, options);
    const watched = watchNonFinite(checkpoint, ({ name, nan, infinite }) =>
      warn(`${printable(name)} holds ${nan} NaN and ${infinite} infinite values`),
    );
    if (asFolder) await writeFolder(input, output, options, signal);
    else await saveSafetensors(output, counted(watched, bar, signal), { dtype, metadata: { format: "pt" } });
    bar.stop();
    const { size: bytes } = await stat(asFolder ? join(output, "model.safetensors") : output);
    const tensors = checkpoint.tensors.size;
    if (json) printJson({ tensors, bytes, renamed, dropped });
    else {
      for (const [from, name] of renamed) print(`${printable(from)} -> ${printable(name)}`);
      for (const name of dropped) print(`${printable(name)} dropped`);
      const read = dialect === undefined ? "" : `, read as ${dialect}'s`;
      note(`wrote ${output}: ${tensors} tensors, ${(bytes / 1e6).toFixed(1)} MB; ${renamed.length} renamed, ${dropped.length} dropped${read}`); // prettier-ignore
    }
    return 0;
  } finally {
    bar.stop();
    await file.dispose();
  }
}

/** The whole model: config, preprocessing and weights. A checkpoint file says with `--arch` which variant it is. */
async function writeFolder(
  input: string,
  folder: string,
  { to, dtype, arch, entry, verbose, keepNames }: ConvertSettings,
  signal: AbortSignal,
): Promise<void> {
  if (keepNames) throw new TesseraError("convert: expected a .safetensors to write with --keep-names, got a folder");
  // Nothing is computed, so the backend that every machine has is enough.
  await startBackend({ backend: "cpu", precision: "f32", verbose });
  const { model, labels, preprocessing, multiLabel } = await loading((callbacks) =>
    loadModel(input, { ...callbacks, arch, entry, signal }),
  );
  try {
    await saveModel(model, folder, { format: to, labels, preprocessing, multiLabel, dtype });
  } finally {
    model.dispose();
  }
}

/** A file or an address by its content; the weights of a folder; those of a repository, unless a file has its name. */
async function opened(
  input: string,
  { entry, hub, signal }: { entry?: string; hub?: HubOptions; signal: AbortSignal },
): Promise<Checkpoint> {
  const found = await stat(input).catch(() => undefined);
  if (found?.isDirectory() || (!found && isHubId(input))) return openModelWeights(input, { entry, hub, signal });
  return openCheckpoint(input, { entry, signal });
}

async function target(file: Checkpoint, { to, keepNames }: ConvertSettings): Promise<Target> {
  const ignored = "ignored" in file ? (file.ignored as readonly string[]) : [];
  if (keepNames) return { checkpoint: file, renamed: [], dropped: [...ignored] };
  const timm = await anyToTimmNames(file);
  const { dialect } = timm;
  const left = [...ignored, ...timm.beside, ...timm.dropped];
  if (to === "timm") return { ...timm, dropped: left };
  const theirs = await anyToHuggingFaceNames(timm.checkpoint);
  const renamed = throughBoth(file, timm.renamed, theirs.renamed);
  return { checkpoint: theirs.checkpoint, renamed, dropped: [...left, ...theirs.dropped], dialect };
}

/** Names of the file and of the result, where a name went through timm's on its way. Of q, k and v each keeps its own. */
function throughBoth(
  file: Checkpoint,
  first: readonly [string, string][],
  second: readonly [string, string][],
): [string, string][] {
  const origins = grouped(first.map(([from, middle]) => [middle, from]));
  return [...grouped(second)].flatMap(([middle, targets]) => {
    const from = origins.get(middle) ?? (file.tensors.has(middle) ? [middle] : []);
    const pairs =
      from.length === targets.length
        ? from.map((name, i): [string, string] => [name, targets[i]!])
        : from.flatMap((name) => targets.map((to): [string, string] => [name, to]));
    return pairs.filter(([name, to]) => name !== to);
  });
}

function grouped(pairs: readonly [string, string][]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}

/** The same tensors, which move a progress bar as they are read, and stop at an abort. */
function counted({ tensors }: Checkpoint, bar: Progress, signal: AbortSignal): Map<string, StoredTensor> {
  const watched = (stored: StoredTensor): StoredTensor => ({
    dtype: stored.dtype,
    shape: stored.shape,
    read: async () => {
      signal.throwIfAborted();
      const values = await stored.read(signal);
      bar.step();
      return values;
    },
  });
  return new Map([...tensors].map(([name, stored]) => [name, watched(stored)]));
}
