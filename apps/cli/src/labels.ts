import { readFile } from "node:fs/promises";
import { FormatError, TesseraError } from "@tessera/core";

/** Class names from a JSON array or from a text file with one a line. @throws {TesseraError} if the file is neither. */
export async function readLabels(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const got = cause.code === "ENOENT" ? "no such file" : cause.message;
    throw new TesseraError(`${file}: expected a file of labels, got ${got}; check the path`, {
      cause,
      code: cause.code === "ENOENT" ? "not-found" : undefined,
    });
  });
  const content = text.replace(/^\uFEFF/, "");
  if (!content.trimStart().startsWith("[")) return content.replace(/\r/g, "").replace(/\n+$/, "").split("\n");
  const labels = parsed(content, file);
  if (Array.isArray(labels) && labels.every((label) => typeof label === "string")) return labels;
  throw new FormatError(`${file}: expected a JSON array of texts, got another; write one name a class`);
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new FormatError(`${file}: expected a JSON array, got text that begins as one (${reason}); mend it`, {
      cause,
    });
  }
}
