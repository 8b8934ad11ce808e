// The pages of docs/models are made of the families' tables. To write them anew:
// npx vitest run --project node-pure packages/pipeline/src/source/model-pages.pure.test.ts --update
import { type Family, pair, summarize } from "@tessera/core";
import { expect, test } from "vitest";
import { allFamilies } from "./families.ts";

const families = await allFamilies();

test.each(families.map((family) => [family.name, family] as const))(
  "the page of %s says what its tables do",
  async (name, family) => {
    await expect(pageOf(family)).toMatchFileSnapshot(`../../../../docs/models/${name}.md`);
  },
);

function pageOf(family: Family): string {
  const rows = Object.keys(family.variants).map((variant) => rowOf(family, variant));
  const header = ["Variant", "Parameters", "Multiply-adds", "Picture", "Checkpoints"];
  return `# Models of @tessera/${family.name}

Every variant at its native size, its weights counted with its head. Checkpoints lie on the Hugging Face hub; the first is taken
where only the variant is named. A percentage is that of ImageNet-1k's validation pictures named right, as published. What the models are and which options they have says [the package](../../packages/${family.name}).

${table(header, rows, new Set([1, 2, 3]))}`;
}

function rowOf(family: Family, variant: string): string[] {
  const model = family.create(variant, {});
  const size = pair(model.config.imageSize);
  const { params, macs } = summarize(model, [1, ...size, 3]);
  const checkpoints = Object.entries(family.pretrained(variant)).map(
    ([tag, { hub, top1 }]) =>
      `[${tag}](https://huggingface.co/${hub})${top1 === undefined ? "" : ` ${top1.toFixed(1)} %`}`,
  );
  return [
    `\`${variant}\``,
    params.toLocaleString("en-US"),
    `${(macs / 1e9).toPrecision(3)} G`,
    size.join(" × "),
    checkpoints.join(", ") || "none",
  ];
}

/** A table whose columns are as wide as their widest cell, those of numbers aligned at the right. */
function table(header: readonly string[], rows: readonly string[][], numbers: ReadonlySet<number>): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (numbers.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(" | ")} |\n`;
  const rule = widths.map((width, i) => (numbers.has(i) ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return line(header) + line(rule) + rows.map(line).join("");
}
