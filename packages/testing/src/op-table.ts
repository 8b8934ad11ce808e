import type { OpDeclaration } from "@tessera/core";

/** What is wrong with the rows of a Markdown table | op | kernel | gradient | for these ops; nothing where it is true. */
export function wrongRows(table: string, ops: readonly OpDeclaration[]): string[] {
  const rows = table.split("\n").filter((line) => /^\| .*`Tessera\w+`/.test(line));
  const gradients = new Set(ops.flatMap((op) => op.gradients.map(({ name }) => name)));
  return ops
    .filter(({ name }) => !gradients.has(name))
    .flatMap((op) => {
      const row = rows.find((line) => line.split("|")[2]!.trim() === `\`${op.name}\``);
      if (row === undefined) return [`${op.name}: expected a row, got none`];
      const said = row.split("|")[3]!.match(/Tessera\w+/g) ?? [];
      const declared = op.gradients.map(({ name }) => name);
      return said.join() === declared.join()
        ? []
        : [`${op.name}: expected gradients ${declared.join()}, got ${said.join()}`];
    });
}
