import Table from "cli-table3";
import pc from "picocolors";

/** Rows under headings, without rules; columns named in `right` are aligned to the right. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  right: readonly string[] = [],
): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " }; // prettier-ignore
  const made = new Table({
    head: headings.map((heading) => pc.bold(heading)),
    chars: none,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: headings.map((heading) => (right.includes(heading) ? "right" : "left")),
  });
  made.push(...rows.map((row) => row.map(String)));
  return made.toString();
}

/** 5717416 -> "5.72 M" */
export function short(count: number): string {
  for (const [size, unit] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) if (count >= size) return `${(count / size).toPrecision(3)} ${unit}`; // prettier-ignore
  return String(count);
}
