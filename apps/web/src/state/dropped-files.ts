import type { ModelChoice } from "../worker/calls.ts";

/** What files that a user gave are. */
export type Sorted =
  | { kind: "model"; model: ModelChoice & { kind: "files" } }
  | { kind: "picture"; file: File }
  | { kind: "nothing"; why: string };

/** Formats of weights, the safest first. */
const formats = [".safetensors", ".npz", ".pth", ".pt", ".ckpt", ".bin", ".tar"];

/** What lies beside weights and is none, by its name. */
const beside = /\.(?:json|txt|md|ya?ml|log|csv)$|^\./i;

/**
 * Tells a model from a picture by the files' names: weights are a model, with its config.json if that is there. Beside a config
 * weights may have any name: their content decides on the format.
 */
export function sortFiles(files: readonly File[]): Sorted {
  const [first] = files;
  if (!first) return { kind: "nothing", why: "Expected a picture or a model, got nothing; drop files or a folder." };
  const named = (wanted: string) => files.find(({ name }) => name === wanted);
  const config = named("config.json");
  const weights =
    named("model.safetensors") ??
    formats.flatMap((end) => files.filter(({ name }) => name.endsWith(end)))[0] ??
    (config && files.find(({ name, type }) => !beside.test(name) && !type.startsWith("image/")));
  if (weights) {
    const preprocessor = named("preprocessor_config.json");
    return { kind: "model", model: { kind: "files", weights, config, preprocessor } };
  }
  if (config)
    return { kind: "nothing", why: "Expected config.json with its .safetensors, got it alone; drop both together." };
  return { kind: "picture", file: files.find(({ type }) => type.startsWith("image/")) ?? first };
}

/** Everything in a drop or a paste, folders opened one level deep. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  // Entries must be asked for before the first wait: afterwards the transfer is empty.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  const files = [...transfer.files];
  const folders = entries.filter((entry) => entry.isDirectory) as FileSystemDirectoryEntry[];
  if (folders.length === 0) return files;
  const inside = await Promise.all(folders.map(filesOfFolder));
  return [...files.filter(({ name }) => !folders.some((folder) => folder.name === name)), ...inside.flat()];
}

async function filesOfFolder(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const entries = await entriesOf(folder);
  const files = entries.filter((entry) => entry.isFile) as FileSystemFileEntry[];
  return Promise.all(files.map((entry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject))));
}

export async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  // A reader gives its entries in parts, the last of them empty.
  for (let part = await read(reader); part.length > 0; part = await read(reader)) entries.push(...part);
  return entries;
}

function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
