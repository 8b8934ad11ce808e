import type { Activation, InputsOf } from "@tessera/core";
import type { tntInnerOp } from "@tessera/tnt";
import type { HalfMode } from "../../program/program.ts";

/** What an inner transformer's program is made for. */
export interface InnerShape {
  /** Words of a patch, m. */
  words: number;
  /** Of a word, c. */
  width: number;
  heads: number;
  /** Width between the two layers of the MLP. */
  hidden: number;
  /** Whether q, k and v have biases. */
  qkvBias: boolean;
  /** The words are normalised one by one for the merge, not a patch at a time. */
  legacy: boolean;
  activation: Activation;
}

/** Threads that share a patch: more wait for each other more than they help, twice as long with 128 on a GPU in software. */
export const THREADS = 64;
/** Bytes of workgroup memory that every GPU has. */
const EVERYWHERE = 16_384;
/** Threads that share the sums over four words, at most. */
const LANES = 8;

/** A weight [out, in] in the order in which a product reads it: fours of `columns` outputs by 4 / columns inputs. */
export interface Section {
  /** First four in the buffer. */
  offset: number;
  /** Outputs of a tile: 4, 2 or 1. */
  columns: 1 | 2 | 4;
  /** Tiles side by side. */
  across: number;
  /** Fours from the first input to the last. */
  steps: number;
}

type Parameter = Exclude<keyof InputsOf<typeof tntInnerOp>, "x">;

/** A part of a parameter: `count` rows from `first`. Vectors are single columns. */
export interface Piece {
  from: Parameter;
  first: number;
  count: number;
}

export interface InnerLayout {
  /** Fours of words. */
  fours: number;
  /** Threads that share the sums over four words. */
  lanes: number;
  /** Hidden values that are there at a time. */
  chunk: number;
  sections: Record<"qkv" | "proj" | "fc1" | "fc2", Section>;
  /** Fours of all weights. */
  weights: number;
  /** Where vectors begin, in numbers; q, k and v have theirs one after the other, each in whole fours. */
  vectors: Readonly<Record<string, number>>;
  /** All vectors, in order, each in whole fours. */
  vectorPieces: readonly Piece[];
}

/** How a patch and the parameters lie in memory. */
export function innerLayout(shape: InnerShape): InnerLayout {
  const { words, width, hidden } = shape;
  const fours = Math.ceil(words / 4);
  const chunk = chunkFor(shape);
  const section = (offset: number, outputs: number, inputs: number, parts = 1): Section => {
    const columns = tileColumns(fours, parts * outputs, inputs);
    return { offset, columns, across: parts * Math.ceil(outputs / columns), steps: Math.ceil((inputs * columns) / 4) };
  };
  const qkv = section(0, width, width, 3);
  const proj = section(endOf(qkv), width, width);
  const fc1 = section(endOf(proj), hidden, width);
  const fc2 = section(endOf(fc1), width, hidden);
  const vectorPieces = vectorsOf(shape);
  const vectors: Record<string, number> = {};
  let numbers = 0;
  for (const { from, count } of vectorPieces) {
    vectors[from] ??= numbers;
    numbers += whole(count);
  }
  return {
    fours,
    lanes: Math.max(1, Math.min(LANES, Math.floor(THREADS / fours))),
    chunk,
    sections: { qkv, proj, fc1, fc2 },
    weights: endOf(fc2),
    vectors,
    vectorPieces,
  };
}

/** Bytes of workgroup memory that a patch takes. */
export function innerBytes(shape: InnerShape, half: HalfMode, chunk = innerLayout(shape).chunk): number {
  const { words, width } = shape;
  const fours = Math.ceil(words / 4);
  const number = half === "native" ? 2 : 4;
  // Normalised words, queries, and what holds keys and values or hidden values.
  const halves = [width, width, Math.max(2 * width, chunk)].map((c) => 16 * Math.ceil((c * fours * number) / 4));
  return halves.reduce((sum, bytes) => sum + bytes, 16 * fours * (width + LANES + 2));
}

/** The fewest pieces in which the hidden values leave room for the rest: what does not vary with precision. */
function chunkFor(shape: InnerShape): number {
  const { width, hidden } = shape;
  for (let pieces = 1; ; pieces++) {
    const chunk = whole(Math.ceil(hidden / pieces));
    if (chunk <= Math.max(4, 2 * width) || innerBytes(shape, "off", chunk) <= EVERYWHERE) return chunk;
  }
}

/**
 * Wide tiles read the least for what they multiply, narrow ones give every thread some: whichever lets the last thread be
 * done first, by its multiplications and its reads of four numbers.
 */
function tileColumns(fours: number, outputs: number, inputs: number): 1 | 2 | 4 {
  const time = (columns: number) =>
    Math.ceil((fours * Math.ceil(outputs / columns)) / THREADS) * ((inputs * columns) / 4) * (5 + 4 / columns);
  const possible = ([4, 2, 1] as const).filter((columns) => inputs % (4 / columns) === 0);
  return possible.reduce((best, columns) => (time(columns) < time(best) ? columns : best));
}

function vectorsOf({ words, width, hidden, qkvBias, legacy }: InnerShape): Piece[] {
  const all = (from: Parameter, count = width, first = 0): Piece => ({ from, first, count });
  const joined = legacy ? width : words * width;
  return [
    all("norm_in.weight"),
    all("norm_in.bias"),
    ...(qkvBias ? [all("attn_in.qk.bias"), all("attn_in.qk.bias", width, width), all("attn_in.v.bias")] : []),
    all("attn_in.proj.bias"),
    all("norm_mlp_in.weight"),
    all("norm_mlp_in.bias"),
    all("mlp_in.fc1.bias", hidden),
    all("mlp_in.fc2.bias"),
    all("norm1_proj.weight", joined),
    all("norm1_proj.bias", joined),
  ];
}

function endOf({ offset, across, steps }: Section): number {
  return offset + across * steps;
}

/** Rounded up to a whole four. */
export function whole(count: number): number {
  return Math.ceil(count / 4) * 4;
}
