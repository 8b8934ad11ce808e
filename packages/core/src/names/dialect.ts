import type { Activation } from "../ops/activation.ts";
import type { Layout } from "./layout.ts";

/**
 * A line of a name table: from one name, or several that become one tensor, to another.
 * `{i}` stands for a block's number, `{s}` for a stage's, `{p}` for `weight` or `bias`, and each means the same in all names of a line.
 * The layout of several is `stacked(same)` unless given.
 */
export type Rule = readonly [from: string | readonly string[], to: string, layout?: Layout];

/** A way to name a model's tensors. */
export interface NameTable {
  rules: readonly Rule[];
  /** Names that no model here has, with `*` for anything. */
  dropped?: readonly string[];
}

/** How a checkpoint gets timm's names, and what its own names tell of the model. */
export interface Translation extends NameTable {
  /** What may stand before all names of the table. */
  prefixes?: readonly string[];
  /** Matches what stands before and after a block's number in names of blocks that a scan stacked along the first axis. */
  stacked?: RegExp;
  /** What the weights were trained with. @default the model's own */
  activation?: Activation;
  /** Of the norms, in the implementation that the names are of; a config.json beside the file knows better. @default the model's own */
  epsilon?: number;
}

/** Names and layouts that somebody else gives the models of a family. */
export interface Dialect {
  /** Whose: `google`, `huggingface`, `torchvision`, … */
  readonly name: string;
  /**
   * How to translate a checkpoint with these names; undefined for one that is not in this dialect.
   * @throws {FormatError} for a model of theirs that the family has not
   */
  translate(names: readonly string[]): Translation | undefined;
}
