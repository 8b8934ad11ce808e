import Table from "cli-table3";
import { colours } from "./colours.ts";

/** A terminal too narrow for this much of the last column gets lines that it breaks itself. */
const NARROWEST = 24;

/**
 * Rows under headings, without rules; columns named in `right` are aligned to the right. On a terminal the last column is
 * broken into lines where it would not fit.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  right: readonly string[] = [],
  terminal: Pick<NodeJS.WriteStream, "isTTY" | "columns"> = process.stdout,
): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: GAP }; // prettier-ignore
  const texts = rows.map((row) => row.map(String));
  const last = terminal.isTTY ? widthOfLast(headings, texts, terminal.columns) : null;
  const made = new Table({
    head: headings.map((heading) => colours.bold(heading)),
    chars: none,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: headings.map((heading) => (right.includes(heading) ? "right" : "left")),
    colWidths: headings.map((_, i) => (i === headings.length - 1 ? last : null)),
    wordWrap: true,
  });
  made.push(...texts);
  return made.toString().replace(/[ \t]+$/gm, "");
}

const GAP = "  ";

/** What a terminal leaves for the last column, if that is too little for it; else null. */
function widthOfLast(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): number | null {
  const widths = headings.map((heading, i) => Math.max(...[heading, ...rows.map((row) => row[i]!)].map(visibleLength)));
  const others = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const left = columns - others;
  return left < widths.at(-1)! && left >= NARROWEST ? left : null;
}

function visibleLength(text: string): number {
  // oxlint-disable-next-line no-control-regex -- colours begin with the escape character
  return text.replace(/\x1b\[\d+m/g, "").length;
}

/** 5717416 -> "5.72 M" */
export function short(count: number): string {
  for (const [size, unit] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) if (count >= size) return `${(count / size).toPrecision(3)} ${unit}`; // prettier-ignore
  return String(count);
}
