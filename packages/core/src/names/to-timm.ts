import type { Checkpoint } from "../checkpoint.ts";
import { convert, type Converted } from "./convert.ts";
import type { Dialect, Translation } from "./dialect.ts";
import { unstacked } from "./slices.ts";

/** A checkpoint in timm's names and layouts. */
export interface TimmNames extends Converted, Pick<Translation, "activation" | "epsilon"> {
  /** Whose names the checkpoint had: a dialect's name, or `timm`. */
  dialect: string;
}

/** Put before all names by what wraps a model: data parallelism, compilation, training scripts. */
const wrappers = ["module.", "_orig_mod.", "model."];

function unwrapped(names: readonly string[]): string {
  let prefix = "";
  for (;;) {
    const next = wrappers.find(
      (wrapper) => names.length > 0 && names.every((name) => name.startsWith(prefix + wrapper)),
    );
    if (!next) return prefix;
    prefix += next;
  }
}

/**
 * Gives a checkpoint timm's names and layouts, if it is in one of the dialects: the first that knows its names. Nothing is
 * read yet. Names of none of these stay as they are, so that loading reports them.
 *
 * @throws {FormatError} when a part is missing, or the model is one that the dialect's family has not
 */
export function toTimmNames(checkpoint: Checkpoint, dialects: readonly Dialect[]): TimmNames {
  const all = [...checkpoint.tensors.keys()];
  const wrapper = unwrapped(all);
  const names = all.map((name) => name.slice(wrapper.length));
  for (const { name: dialect, translate } of dialects) {
    const translation = translate(names);
    if (!translation) continue;
    const { prefixes = [], stacked, activation, epsilon } = translation;
    const whole = stacked ? unstacked(checkpoint, stacked) : checkpoint;
    const converted = convert(whole, translation, [...prefixes.map((prefix) => wrapper + prefix), wrapper]);
    return { ...converted, dialect, activation, epsilon };
  }
  return { ...convert(checkpoint, { rules: [] }, [wrapper]), dialect: "timm" };
}
