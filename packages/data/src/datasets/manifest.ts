import { FormatError, listed, printable } from "@tessera/core";
import type { SourceFiles } from "../files/source.ts";
import { fileName, readStored, type StoredFile } from "../files/stored-file.ts";
import { readCsv } from "./csv.ts";
import type { Dataset, DatasetOptions } from "./dataset.ts";
import { numberLabels } from "./labels.ts";
import { isPicture, storedPictures } from "./stored-pictures.ts";

const pathNames = ["path", "file", "filename", "file_name", "image", "image_path"];
const labelNames = ["label", "class", "class_name", "category", "target"];

/** True for a list of pictures and labels. */
export function isManifest(path: string): boolean {
  return /\.(csv|jsonl|ndjson)$/i.test(path);
}

/** A row of a manifest. */
interface Row {
  readonly path: string;
  readonly label: string;
}

/**
 * A list of pictures: CSV with the columns `path` and `label` (or two columns without a heading), or JSON lines with those
 * fields. Paths are relative to the manifest. A row whose file is missing is left to the loader to skip and list.
 *
 * @throws FormatError for a manifest without such columns, with no row, or none whose file is there.
 */
export async function openManifest(
  source: SourceFiles,
  manifest: StoredFile,
  options: DatasetOptions,
): Promise<Dataset> {
  const text = new TextDecoder().decode(await readStored(manifest, options.signal));
  const where = fileName(manifest);
  const rows = /\.csv$/i.test(manifest.path) ? csvRows(text, where) : jsonRows(text, where);
  const folder = manifest.path.slice(0, manifest.path.lastIndexOf("/") + 1);
  const listedFiles = new Map(source.files.map((file) => [file.path, file]));
  const found = rows.map(({ path }) => listedFiles.get(normalised(folder + path)));
  const files = found.map((file, i) => file ?? elsewhere(manifest, rows[i]!.path));
  const mayBeThere = source.files.length === 1 || rows.some(({ path }, i) => found[i] || isAbsolute(path));
  if (!mayBeThere && rows.length > 0) {
    throw new FormatError(
      `${where}: expected paths relative to it, got none that is there: ${listed(rows.map(({ path }) => path))}`,
    );
  }
  return storedPictures(
    files,
    numberLabels(
      where,
      rows.map(({ label }) => label),
      options.classes,
    ),
  );
}

/** A file that was not listed: beside a manifest that was opened by itself, or anywhere by an absolute path. */
function elsewhere({ container }: StoredFile, path: string): StoredFile {
  const folder = typeof container === "string" ? container.replace(/[^/\\]*$/, "") : "";
  return { path, container: isAbsolute(path) ? path : folder + path, start: 0 };
}

function isAbsolute(path: string): boolean {
  return /^([/\\]|[a-z]:[/\\])/i.test(path);
}

function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

function csvRows(text: string, where: string): Row[] {
  const [first, ...rest] = readCsv(text, where);
  if (!first) return [];
  const names = first.map((name) => name.trim().toLowerCase());
  const [path, label] = [pathNames, labelNames].map((known) => names.findIndex((name) => known.includes(name)));
  const isHeading = path! >= 0 && label! >= 0;
  if (!isHeading && !(first.length === 2 && isPicture(first[0]!))) {
    throw new FormatError(`${where}: expected the columns path and label, got ${listed(first)}; name them so`);
  }
  const rows = isHeading ? rest : [first, ...rest];
  const [at, of] = isHeading ? [path!, label!] : [0, 1];
  return rows.map((row, i) => {
    if (row[at] && row[of]) return { path: row[at], label: row[of] };
    throw new FormatError(`${where}: expected a path and a label, got ${listed(row)} in row ${i + 1}`);
  });
}

function jsonRows(text: string, where: string): Row[] {
  const lines = text.split(/\r?\n/).map((line, i) => [line, i + 1] as const);
  return lines
    .filter(([line]) => line.trim() !== "")
    .map(([line, number]) => {
      const row = parsed(line);
      const field = (names: readonly string[]) => names.map((name) => row[name]).find((value) => value !== undefined);
      const [path, label] = [field(pathNames), field(labelNames)];
      if (typeof path === "string" && (typeof label === "string" || typeof label === "number")) {
        return { path, label: String(label) };
      }
      throw new FormatError(`${where}: expected {"path": …, "label": …}, got ${printable(line, 80)} in line ${number}`);
    });
}

function parsed(line: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(line)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
