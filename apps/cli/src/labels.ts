import { readFile } from "node:fs/promises";
import { FormatError, TesseraError } from "@tessera/core";

/**
 * Class names in the order of a model's outputs: a text file with one a line, with or without their numbers before them, or
 * JSON in any form that hubs have: a list, `id2label`, `label2id`, Keras' class index, or a config that holds one of these.
 *
 * @throws {TesseraError} if the file is none of these.
 */
export async function readLabels(file: string): Promise<string[]> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    const got = cause.code === "ENOENT" ? "no such file" : cause.message;
    throw new TesseraError(`${file}: expected a file of labels, got ${got}; check the path`, {
      cause,
      code: cause.code === "ENOENT" ? "not-found" : undefined,
    });
  });
  return labelsIn(bytes, file);
}

/** The same of a file's bytes. @throws {FormatError} if they are none of these. */
export function labelsIn(bytes: Uint8Array, file: string): string[] {
  const text = decoded(bytes, file);
  const value = /^\s*[[{]/.test(text) ? parsed(text, file) : undefined;
  return value === undefined ? fromLines(text, file) : fromJson(value, file);
}

/** UTF-8, or UTF-16 with its mark. */
function decoded(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8"; // prettier-ignore
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`${file}: expected text in UTF-8 or UTF-16, got another encoding; save it as UTF-8`, {
      cause,
    });
  }
  if (!text.includes("\0")) return text;
  throw new FormatError(`${file}: expected text, got zero bytes in it; save it as UTF-8`);
}

function fromLines(text: string, file: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  while (lines.at(-1) === "") lines.pop();
  const empty = lines.length === 0 ? 0 : lines.indexOf("");
  if (empty >= 0)
    throw new FormatError(
      `${file}: expected a name on every line, got none on line ${empty + 1}; write one name a class`,
    );
  return numbered(lines) ?? lines;
}

/** Names behind their numbers, each number from 0 on once. */
function numbered(lines: readonly string[]): string[] | undefined {
  const entries = lines.map((line) => /^(\d+)(?:\s*[,;:]\s*|\s+)(.+)$/.exec(line));
  return inOrder(entries.map((match): [number, string] => [Number(match?.[1] ?? -1), match?.[2] ?? ""]));
}

/** Names by their numbers; undefined unless those are 0 to the last, each once. */
function inOrder(entries: readonly (readonly [number, string])[]): string[] | undefined {
  const names = new Map(entries);
  const found = Array.from(entries, (_, i) => names.get(i));
  return names.size === entries.length && found.every((name) => name !== undefined) ? found : undefined;
}

function fromJson(value: unknown, file: string): string[] {
  const labels = Array.isArray(value) ? value : byNumber(value as Readonly<Record<string, unknown>>);
  if (labels && labels.length > 0 && labels.every((label) => typeof label === "string")) return labels;
  throw new FormatError(
    `${file}: expected a JSON list of names, or an object of names by numbers from 0 on or of numbers by names, got another; write one name a class`,
  );
}

/** The names in an object, or in the one that a config has for them. */
function byNumber(value: Readonly<Record<string, unknown>>): unknown[] | undefined {
  const inside = value["id2label"] ?? value["label_names"] ?? value["label2id"];
  if (Array.isArray(inside)) return inside;
  const entries = Object.entries((inside ?? value) as object).map(([key, of]): [number, string] => {
    // Keras' class index has WordNet's number beside the name
    const name: unknown = Array.isArray(of) ? of.at(-1) : of;
    if (typeof name === "number") return [name, key];
    return typeof name === "string" && /^\d+$/.test(key) ? [Number(key), name] : [-1, key];
  });
  return inOrder(entries);
}

/** What JSON says; undefined for lines of which the first only begins with a bracket. */
function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!/^\s*(?:\[\s*"|\{\s*")/.test(text)) return undefined;
    const reason = (cause as Error).message;
    throw new FormatError(`${file}: expected JSON, got text that begins as it (${reason}); mend it`, { cause });
  }
}
