import type { PngChunk } from "./chunks.ts";

/** Characters of a text at most: more is no description of a picture. */
const longest = 2 ** 20;

/** Of a keyword, by the standard. */
const longestKeyword = 79;

/** The keyword of a chunk `tEXt`, `zTXt` or `iTXt`, which is never packed; undefined for another. */
export function pngKeyword({ type, data }: PngChunk): string | undefined {
  if (!/^(?:tEXt|zTXt|iTXt)$/.test(type)) return undefined;
  const end = data.subarray(0, longestKeyword + 1).indexOf(0);
  return end < 0 ? undefined : latin1(data.subarray(0, end));
}

/**
 * Text of a chunk `tEXt`, `zTXt` or `iTXt`; undefined where it is damaged.
 * @see https://www.w3.org/TR/png-3/#11textinfo
 */
export async function pngText({ type, data }: PngChunk): Promise<string | undefined> {
  const after = (from: number): number => data.indexOf(0, from) + 1 || data.length;
  let at = after(0);
  if (type === "tEXt") return latin1(data.subarray(at));
  const isPacked = type === "zTXt" || data[at] === 1;
  // the method; or flag, method, language and translated keyword
  at = type === "zTXt" ? at + 1 : after(after(at + 2));
  const bytes = isPacked ? await inflated(data.slice(at)) : data.subarray(at);
  return bytes && (type === "iTXt" ? new TextDecoder().decode(bytes) : latin1(bytes));
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes.subarray(0, longest));
}

/** RFC 1950; undefined for what is damaged or too long. */
async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (const reader = stream.getReader(); ;) {
      const { value, done } = await reader.read();
      if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
      length += value.length;
      if (length > longest) {
        await reader.cancel();
        return undefined;
      }
      parts.push(value);
    }
  } catch {
    return undefined;
  }
}
