import type { Checkpoint, StoredTensor } from "../checkpoint.ts";
import { FormatError } from "../errors.ts";
import type { NameTable, Rule } from "./dialect.ts";
import { type Layout, type Part, same, stacked } from "./layout.ts";
import { printable } from "../untrusted-text.ts";

/** A checkpoint under other names, and what became of the old ones. */
export interface Converted {
  checkpoint: Checkpoint;
  /** Old and new name of every tensor that changed its name; several old ones may share a new one. */
  renamed: [from: string, to: string][];
  /** Old names of tensors that were left out. */
  dropped: string[];
}

const placeholders: Readonly<Record<string, string>> = {
  i: String.raw`\d+`,
  s: String.raw`\d+`,
  p: "weight|bias",
};

interface CompiledRule {
  first: RegExp;
  others: readonly string[];
  to: string;
  layout: Layout;
}

function escaped(text: string): string {
  return text.replaceAll(/[.+?^$()[\]|\\]/g, String.raw`\$&`);
}

function compile([from, to, layout]: Rule): CompiledRule {
  const names = typeof from === "string" ? [from] : from;
  const pattern = escaped(names[0]!).replaceAll(/\{(\w)\}/g, (_, key: string) => `(?<${key}>${placeholders[key]})`);
  return {
    first: new RegExp(`^${pattern}$`),
    others: names.slice(1),
    to,
    layout: layout ?? (names.length > 1 ? stacked(same) : same),
  };
}

/** Says of a name whether a line leaves it as it is. */
export function keepsName(rules: readonly Rule[]): (name: string) => boolean {
  const patterns = rules.filter(([from, to]) => from === to).map((rule) => compile(rule).first);
  return (name) => patterns.some((pattern) => pattern.test(name));
}

function filled(pattern: string, groups: Readonly<Record<string, string>>): string {
  return pattern.replaceAll(/\{(\w)\}/g, (_, key: string) => groups[key] ?? "");
}

function combined(parts: readonly StoredTensor[], layout: Layout, where: string): StoredTensor {
  const [first] = parts as [StoredTensor];
  const dtype = layout.calculates ? "F32" : first.dtype;
  const other = layout.calculates ? undefined : parts.find((part) => part.dtype !== dtype);
  if (other)
    throw new FormatError(
      `${where}: expected parts of one type, got ${dtype} and ${other.dtype}; save the model in one type`,
    );
  return {
    dtype,
    shape: layout.shape(
      parts.map(({ shape }) => shape),
      where,
    ),
    async read(signal) {
      const read: Part[] = [];
      for (const part of parts) read.push({ shape: part.shape, values: await part.read(signal) });
      return layout.values(read);
    },
  };
}

/**
 * Renames a checkpoint by a table. Nothing is read: a tensor is laid out anew when it is asked for. A name that the table
 * does not know stays as it is, so that loading reports it.
 *
 * @param prefixes taken off the front of every name that has one
 * @throws FormatError when a part of a tensor is missing, or two tensors would get one name
 */
export function convert(
  checkpoint: Checkpoint,
  { rules, dropped: drop = [] }: NameTable,
  prefixes: readonly string[] = [],
): Converted {
  const compiled = rules.map(compile);
  const droppable = drop.map((pattern) => new RegExp(`^${escaped(pattern).replaceAll("*", ".*")}$`));
  const bare = (name: string): string => name.slice(prefixes.find((prefix) => name.startsWith(prefix))?.length ?? 0);
  const originals = new Map([...checkpoint.tensors.keys()].map((name) => [bare(name), name]));
  if (originals.size < checkpoint.tensors.size) {
    const twice = [...checkpoint.tensors.keys()].find((name) => originals.get(bare(name)) !== name)!;
    throw new FormatError(
      `toTimmNames: expected every tensor once, got ${printable(twice)} and ${printable(originals.get(bare(twice))!)}; choose one part of the file`,
    );
  }

  const renamed: [string, string][] = [];
  const used = new Set<string>();
  const make = (name: string, { first, others, to, layout }: CompiledRule): [string, StoredTensor][] => {
    const match = first.exec(name);
    if (!match) return [];
    const groups = match.groups ?? {};
    const target = filled(to, groups);
    const parts = [name, ...others.map((other) => filled(other, groups))].map((part) => {
      const original = originals.get(part);
      if (original === undefined)
        throw new FormatError(
          `toTimmNames: expected ${printable(part)} beside ${printable(name)}, got none; the file is incomplete`,
        );
      used.add(part);
      if (original !== target) renamed.push([original, target]);
      return checkpoint.tensors.get(original)!;
    });
    return [[target, combined(parts, layout, `toTimmNames: ${printable(target)}`)]];
  };
  // all lines first: what one does not know, another may use as its second part
  const made = [...originals.keys()].map((name) => [name, compiled.flatMap((rule) => make(name, rule))] as const);

  const tensors = new Map<string, StoredTensor>();
  const dropped: string[] = [];
  for (const [name, results] of made) {
    const original = originals.get(name)!;
    if (!used.has(name) && droppable.some((pattern) => pattern.test(name))) {
      dropped.push(original);
      continue;
    }
    const kept = used.has(name) ? results : [[name, checkpoint.tensors.get(original)!] as const];
    if (!used.has(name) && name !== original) renamed.push([original, name]);
    for (const [target, tensor] of kept) {
      if (tensors.has(target))
        throw new FormatError(
          `toTimmNames: expected one source of ${printable(target)}, got ${printable(original)} too; the file mixes two ways of naming`,
        );
      tensors.set(target, tensor);
    }
  }
  return { checkpoint: { ...checkpoint, tensors, dispose: () => checkpoint.dispose() }, renamed, dropped };
}
