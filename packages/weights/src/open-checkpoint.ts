import { type Checkpoint, FormatError, listed } from "@tessera/core";
import { underEntry } from "./entry.ts";
import { npyCheckpoint, npzCheckpoint } from "./numpy/read.ts";
import { safetensorsCheckpoint } from "./safetensors/read.ts";
import type { ByteSource } from "./source/byte-source.ts";
import { openSource, type SourceInput } from "./source/open-source.ts";
import { isLegacy } from "./torch/legacy.ts";
import { torchCheckpoint, type TorchOptions } from "./torch/read.ts";
import { readDirectory } from "./zip/directory.ts";

const sniffed = 512;

/**
 * Files that are often taken for checkpoints, by how they start, and what to do about each. Bytes that are no ASCII are not compared
 * as text: a minifier may write such characters as they are, and a page that is not served as UTF-8 reads others.
 */
const lookalikes: readonly [(text: string, bytes: Uint8Array) => boolean, string][] = [
  [
    (text) => text.startsWith("version https://git-lfs"),
    "a Git LFS pointer; fetch the file itself with `git lfs pull`",
  ],
  [(text) => /^\s*<(!doctype|html|\?xml)/i.test(text), "a web page; check the address that it was downloaded from"],
  [(_, [first, second]) => first === 0x1f && second === 0x8b, "a gzip archive; unpack it first"],
  [(text) => text.startsWith("BZh"), "a bzip2 archive; unpack it first"],
  [(text) => text.slice(257, 262) === "ustar", "a tar archive; unpack it first"],
  [
    (text, [first]) => first === 0x89 && text.startsWith("HDF", 1),
    "an HDF5 file (Keras); convert it to .safetensors first",
  ],
  [(text) => text.startsWith("GGUF"), "a GGUF file; take the .safetensors of the same model"],
  [(_, [first]) => first === 0x80, "a pickle that PyTorch did not write; save the weights with torch.save"],
  [(text) => /^\s*\{/.test(text), "JSON text; name the .safetensors beside it"],
];

async function byContent(source: ByteSource, options: TorchOptions): Promise<Checkpoint> {
  const { signal } = options;
  const where = source.name;
  const start = await source.read(0, Math.min(sniffed, source.length), signal);
  const text = String.fromCharCode(...start);
  if (isLegacy(start)) return torchCheckpoint(source, undefined, options);
  if (start[0] === 0x93 && text.startsWith("NUMPY", 1)) return npyCheckpoint(source, signal);
  if (text.startsWith("PK")) {
    const members = await readDirectory(source, signal);
    const names = [...members.keys()];
    if (names.some((name) => /^(?:[^/]+\/)?data\.pkl$/.test(name))) return torchCheckpoint(source, members, options);
    if (names.some((name) => name.endsWith(".npy"))) return npzCheckpoint(source, members, signal);
    throw new FormatError(
      `${where}: expected a zip archive of PyTorch or NumPy, got one of ${listed(names, 3) || "nothing"}; name the checkpoint itself`,
    );
  }
  if (text[8] === "{") return safetensorsCheckpoint(source, signal);
  const known = lookalikes.find(([matches]) => matches(text, start))?.[1];
  const got =
    known ??
    (source.length === 0
      ? "an empty file; fetch it again"
      : "something else; check that it is the right file and whole");
  throw new FormatError(`${where}: expected .safetensors, .npz, .npy, .pth or .pt, got ${got}`);
}

/**
 * Opens a checkpoint of any format: .safetensors, NumPy's .npz and .npy, PyTorch's .pth, .pt and .pth.tar. The content
 * decides, not the name. Only what describes the tensors is read; `dispose` closes the source.
 *
 * @throws FormatError when the file is damaged or of no known format, TesseraError when it cannot be read
 */
export async function openCheckpoint(input: SourceInput, options: TorchOptions = {}): Promise<Checkpoint> {
  const source = await openSource(input, options);
  try {
    const checkpoint = await byContent(source, options);
    // PyTorch's dicts were looked through for it
    if (options.entry === undefined || "entry" in checkpoint) return checkpoint;
    return { ...checkpoint, tensors: underEntry(checkpoint.tensors, options.entry, source.name) };
  } catch (error) {
    await source.close();
    throw error;
  }
}
