import { FormatError, shown } from "@tessera/core";

/** RFC 4180: fields between commas, in double quotes where they hold commas, quotes (doubled) or line ends. */
export function readCsv(text: string, where: string): string[][] {
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y;
  const rows: string[][] = [];
  let row: string[] = [];
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (field.lastIndex = start; field.lastIndex < text.length;) {
    const at = field.lastIndex;
    const [, value, end] = field.exec(text) ?? [];
    if (value === undefined) {
      throw new FormatError(`${where}: expected quotes to close, got ${shown(text.slice(at, at + 40))}`);
    }
    row.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === ",") {
      if (field.lastIndex === text.length) row.push("");
      else continue;
    }
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}
