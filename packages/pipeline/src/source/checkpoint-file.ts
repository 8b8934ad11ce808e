import { TesseraError } from "@tessera/core";
import { openSource } from "@tessera/weights";

/** Endings that no folder has. */
const endings = /\.(safetensors|npz|npy|pth|pt|ckpt|bin|tar)$/i;

/**
 * Whether a path or an address is a checkpoint's and not a folder's. The ending decides where it is a usual one, whatever is
 * asked of the server after it (`?download=true`); else what lies there: a file, or an address without `config.json` below it.
 */
export async function isCheckpointFile(spec: string | URL, signal?: AbortSignal): Promise<boolean> {
  const text = String(spec);
  const isAddress = /^https?:/i.test(text);
  if (endings.test(isAddress ? new URL(text).pathname : text)) return true;
  if (isAddress) {
    const below = new URL(text);
    below.pathname = `${below.pathname.replace(/\/$/, "")}/config.json`;
    return !(await exists(below, signal)) && (await exists(text, signal));
  }
  // a page has no files, and its server may answer any name with a page
  if ("location" in globalThis) return false;
  return exists(spec, signal);
}

/** Whether a file or an address can be read. A folder cannot. */
async function exists(file: string | URL, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await (await openSource(file, { signal })).close();
    return true;
  } catch (error) {
    if (TesseraError.isInstance(error)) return false;
    throw error;
  }
}
