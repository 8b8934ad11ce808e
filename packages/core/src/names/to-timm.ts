import type { Checkpoint } from "../checkpoint.ts";
import { convert, type Converted } from "./convert.ts";
import type { Dialect, Translation } from "./dialect.ts";
import { unstacked } from "./slices.ts";
import { unwrapped } from "./unwrap.ts";

/** A checkpoint in timm's names and layouts. */
export interface TimmNames extends Converted, Pick<Translation, "activation" | "epsilon"> {
  /** Whose names the checkpoint had: a dialect's name, or `timm`. */
  dialect: string;
  /** Old names of tensors that lie beside the model and are left out too: a counter, a loss, another model. */
  beside: string[];
  /** Other models in the file, by what stands before their names: `student`. */
  others: string[];
}

/**
 * Gives a checkpoint timm's names and layouts, if it is in one of the dialects: the first that knows its names, without what
 * data parallelism, averaging or a training script put before them. Nothing is read yet. Names of none of these stay as they
 * are, so that loading reports them.
 *
 * @throws {FormatError} when a part is missing, or the model is one that the dialect's family has not
 */
export function toTimmNames(checkpoint: Checkpoint, dialects: readonly Dialect[]): TimmNames {
  const translated = (names: readonly string[]) => {
    for (const { name: dialect, translate } of dialects) {
      const translation = translate(names);
      if (translation) return { dialect, ...translation };
    }
    return undefined;
  };
  const { checkpoint: model, prefixes, beside, others } = unwrapped(checkpoint, (names) => !!translated(names));
  const bare = (name: string) => name.slice(prefixes.find((prefix) => name.startsWith(prefix))!.length);
  const found = translated([...model.tensors.keys()].map(bare));
  if (!found) return { ...convert(model, { rules: [] }, prefixes), dialect: "timm", beside, others };
  const { dialect, prefixes: own = [], stacked, activation, epsilon } = found;
  const whole = stacked ? unstacked(model, stacked) : model;
  const converted = convert(whole, found, [...own.map((prefix) => prefixes[0]! + prefix), ...prefixes]);
  return { ...converted, dialect, activation, epsilon, beside, others };
}
