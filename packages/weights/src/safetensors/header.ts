import { FormatError, shown } from "@tessera/core";
import { byteLength, type DtypeName, dtypes, isDtype } from "../values/dtype.ts";
import { repeatedKey } from "./repeated-key.ts";

/** The limit of the reference implementation, so that a damaged file cannot make us parse gigabytes. */
export const largestHeader = 100_000_000;

/** Where one tensor lies: `start` counts from the end of the header, in bytes. */
export interface HeaderEntry {
  dtype: DtypeName;
  shape: number[];
  start: number;
  end: number;
}

export interface Header {
  /** In the order in which they lie in the file. */
  entries: Map<string, HeaderEntry>;
  metadata: Record<string, string>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(bytes: Uint8Array, where: string): Record<string, unknown> {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.startsWith("{")) throw new SyntaxError("it does not start with {");
    json = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : "it is not UTF-8";
    throw new FormatError(
      `${where}: expected a JSON header, got something else (${why}); the file is damaged or no .safetensors`,
      { cause },
    );
  }
  const repeated = repeatedKey(text);
  if (repeated !== undefined)
    throw new FormatError(`${where}: expected every name once, got ${shown(repeated)} twice; write the file again`);
  return json as Record<string, unknown>;
}

function parseMetadata(value: unknown, where: string): Record<string, string> {
  // no prototype, so `__proto__` is a name like any other
  const metadata = Object.create(null) as Record<string, string>;
  if (!isRecord(value)) throw new FormatError(`${where}: expected __metadata__ to be an object, got ${shown(value)}`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string")
      throw new FormatError(`${where}: expected text under __metadata__ ${shown(key)}, got ${shown(text)}`);
    metadata[key] = text;
  }
  return metadata;
}

function parseEntry(name: string, value: unknown, where: string): HeaderEntry {
  const at = `${where}: tensor ${shown(name)}`;
  if (!isRecord(value)) throw new FormatError(`${at}: expected dtype, shape and data_offsets, got ${shown(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype))
    throw new FormatError(`${at}: expected a dtype of ${Object.keys(dtypes).join(", ")}, got ${shown(dtype)}`);
  const isSize = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw new FormatError(`${at}: expected a shape of whole numbers, got ${shown(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw new FormatError(`${at}: expected two offsets, got ${shown(offsets)}`);
  const [start, end] = offsets as [number, number];
  const bytes = byteLength(dtype, shape);
  if (bytes === undefined)
    throw new FormatError(`${at}: expected a size that fits a file, got ${dtype} of ${shown(shape)}`);
  if (end - start !== bytes)
    throw new FormatError(`${at}: expected ${bytes} bytes for ${dtype} of ${shown(shape)}, got ${end - start}`);
  return { dtype, shape, start, end };
}

/** The format allows neither holes nor overlaps nor anything after the last tensor, so that a file has one reading only. */
function checkCover(sorted: readonly [string, HeaderEntry][], dataBytes: number, where: string): void {
  let at = 0;
  for (const [name, { start, end }] of sorted) {
    if (start !== at) {
      const what = start < at ? "an overlap" : "a hole";
      throw new FormatError(
        `${where}: tensor ${shown(name)}: expected it to start at ${at}, got ${start}: ${what}; write the file again`,
      );
    }
    at = end;
  }
  if (at === dataBytes) return;
  const what =
    at > dataBytes ? "the file is truncated, fetch it again" : "something was appended, write the file again";
  throw new FormatError(`${where}: expected ${at} bytes of tensors, got ${dataBytes}; ${what}`);
}

/**
 * Reads a header and checks everything that it claims.
 *
 * @param bytes the JSON text alone, without its length
 * @param dataBytes how many bytes the file has after the header
 * @throws FormatError on the first claim that does not hold
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, where: string): Header {
  const json = parse(bytes, where);
  const metadata = Object.hasOwn(json, "__metadata__") ? parseMetadata(json.__metadata__, where) : {};
  const entries = Object.entries(json)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]): [string, HeaderEntry] => [name, parseEntry(name, value, where)])
    .sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  checkCover(entries, dataBytes, where);
  return { entries: new Map(entries), metadata };
}
