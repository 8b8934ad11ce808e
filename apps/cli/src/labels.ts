import { readFile } from "node:fs/promises";
import { TesseraError } from "@tessera/core";

/** Class names from a JSON array or from a text file with one a line. @throws {TesseraError} if the file is neither. */
export async function readLabels(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new TesseraError(`${file}: expected a file of labels, got none that can be read; check the path`, { cause });
  });
  if (!text.trimStart().startsWith("[")) return text.replace(/\r/g, "").replace(/\n+$/, "").split("\n");
  const labels: unknown = JSON.parse(text);
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === "string"))
    throw new TesseraError(`${file}: expected a JSON array of texts, got another; write one name a class`);
  return labels;
}
