import { TesseraError } from "@tessera/core";
import * as fc from "fast-check";
import { test } from "vitest";

/** What `npm run fuzz` asks for; without it a run is short and always the same. */
const { TESSERA_FUZZ_RUNS: runs, TESSERA_FUZZ_SEED: seed } = globalThis.process?.env ?? {};
const shortRuns = 300;
/** Longer than any small input may take: what costs more than the input does takes far longer. */
const hangMs = 2000;
const progressMs = 5000;

/** Says how far a long run is, so that the script that waits for it knows whether it goes on. */
function progress(name: string): (milliseconds: number) => void {
  if (runs === undefined) return () => {};
  // at once: a worker's own stream waits for turns of an event loop that is too busy for them
  const write = process.getBuiltinModule("node:fs").writeSync;
  let count = 0;
  let slowest = 0;
  let next = performance.now() + progressMs;
  return (milliseconds) => {
    count++;
    slowest = Math.max(slowest, milliseconds);
    if (performance.now() < next && count !== Number(runs)) return;
    next = performance.now() + progressMs;
    write(1, `fuzz: ${name}: ${count} inputs, slowest ${slowest.toFixed(1)} ms\n`);
  };
}

/**
 * A test that reads many inputs that are nearly right. Each is read, or refused with a `TesseraError`; another error is one of ours
 * that took what it was given for something else. The same seed makes the same inputs, and a failing one is made small.
 */
export function fuzzTest<T>(name: string, inputs: fc.Arbitrary<T>, read: (input: T) => unknown): void {
  const report = progress(name);
  const timed = async (input: T): Promise<number> => {
    const before = performance.now();
    try {
      await read(input);
    } catch (error) {
      if (!TesseraError.isInstance(error)) throw error;
    }
    return performance.now() - before;
  };
  const property = fc.asyncProperty(inputs, async (input) => {
    let took = await timed(input);
    // a machine that was busy is not so each time
    for (let again = 0; took > hangMs && again < 2; again++) took = Math.min(took, await timed(input));
    report(took);
    if (took > hangMs) throw new Error(`${name}: expected at most ${hangMs} ms for an input, took ${took.toFixed(0)}`);
  });
  const numRuns = Number(runs ?? shortRuns);
  const timeout = runs === undefined ? 120_000 : 24 * 3_600_000;
  test(`reads or refuses ${name}`, { timeout }, () => fc.assert(property, { numRuns, seed: Number(seed ?? 1) }));
}

/** Numbers that sizes, counts and offsets are mistaken with. */
const odd = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

interface Edit {
  kind: number;
  at: number;
  value: number;
  length: number;
}

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({ kind: fc.nat(9), at: fc.nat(0xffffff), value: fc.nat(0xffffff), length: fc.nat(40) }),
  { minLength: 1, maxLength: 5 },
);

function spliced(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length - Math.min(removed, bytes.length - at) + added.length);
  out.set(bytes.subarray(0, at));
  out.set(added, at);
  out.set(bytes.subarray(Math.min(bytes.length, at + removed)), at + added.length);
  return out;
}

function edited(bytes: Uint8Array, { kind, at: where, value, length }: Edit, other: Uint8Array): Uint8Array {
  const at = where % (bytes.length + 1);
  const number = odd[value % odd.length]!;
  const run = (from: Uint8Array): Uint8Array => from.subarray(value % (from.length + 1)).subarray(0, length);
  const little = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, (_, i) => (i < 4 ? number >>> (8 * i) : 0));
  switch (kind) {
    case 0:
      return spliced(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << (value % 8))));
    case 1:
      return spliced(bytes, at, 1, Uint8Array.of(value));
    case 2:
      return spliced(bytes, at, 2, little(2));
    case 3:
      return spliced(bytes, at, 4, little(4));
    case 4:
      return spliced(bytes, at, 4, little(4).reverse());
    case 5:
      return spliced(bytes, at, 8, little(8));
    case 6:
      return spliced(bytes, at, length, new Uint8Array());
    case 7:
      return spliced(bytes, at, 0, run(bytes));
    case 8:
      return spliced(bytes, at, length, run(other));
    default:
      return value % 4 === 0 ? bytes.slice(0, at) : spliced(bytes, at, 0, new TextEncoder().encode(String(number)));
  }
}

/** Files with a few bytes changed, moved, repeated, cut or taken from another file. */
export function damaged(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.tuple(fc.nat(files.length - 1), fc.nat(files.length - 1), edits).map(([which, other, list]) => {
    const bytes = list.reduce((before, edit) => edited(before, edit, files[other]!), files[which]!);
    return new Uint8Array(bytes);
  });
}

/** Of lists in lists, where recursion ends. */
const DEPTH = 20_000;
const DEEP = "\u0000deep";
/** What stands where something else is expected. */
const strange: readonly unknown[] = [null, true, false, 0, -0, -1, -5, 1.5, 1e-9, 1e6, 1e9, 2 ** 53, 1e308, "", "0", "\u001b[2J", "x".repeat(500), "__proto__", "../x", [], {}, [[]], [1e9, 0], [-1, -1], [3, 1e9, 1e9], { length: 1e9 }, DEEP]; // prettier-ignore

/** Every place of a JSON value, as a way to set it. */
function places(root: { value: unknown }): ((value: unknown) => void)[] {
  const found: ((value: unknown) => void)[] = [];
  const open: object[] = [root];
  for (let holder = open.pop(); holder; holder = open.pop()) {
    for (const [key, value] of Object.entries(holder)) {
      const at = holder as Record<string, unknown>;
      found.push((other) => {
        at[key] = other;
      });
      if (typeof value === "object" && value !== null) open.push(value as object);
    }
  }
  return found;
}

/**
 * Texts of JSON with a few values in place of others: wrong kinds, sizes that no machine has, depth without end.
 *
 * @param names of fields that may be added
 */
export function damagedJson(documents: readonly unknown[], names: readonly string[] = []): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.nat(0xffff), value: fc.nat(strange.length - 1), name: fc.nat(0xffff) });
  return fc
    .tuple(fc.nat(documents.length - 1), fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(99))
    .map(([which, changes, cut]) => {
      const root = { value: structuredClone(documents[which]) };
      for (const { at, value, name } of changes) {
        const all = places(root);
        const other = structuredClone(strange[value]);
        const target = root.value;
        if (name % 3 === 0 && names.length > 0 && typeof target === "object" && target !== null)
          (target as Record<string, unknown>)[names[name % names.length]!] = other;
        else all[at % all.length]!(other);
      }
      const text = JSON.stringify(root.value).replaceAll(
        JSON.stringify(DEEP),
        `${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}`,
      );
      return cut === 0 ? text.slice(0, text.length / 2) : text;
    });
}
