import type { Checkpoint } from "../checkpoint.ts";
import { TesseraError } from "../errors.ts";
import { convert, type Converted, keepsName } from "./convert.ts";
import type { NameTable } from "./dialect.ts";
import { listed } from "../untrusted-text.ts";

/** A family's tensors by the names that they have in transformers' files. */
export interface HuggingFaceTable extends NameTable {
  /** Which of transformers' models it is: `model_type` in its `config.json`. */
  modelType: string;
}

/** A checkpoint in the names and layouts of Hugging Face's files. */
export interface HuggingFaceNames extends Converted {
  /** For `config.json`, as `model_type`. */
  modelType: string;
}

/**
 * Gives a checkpoint with timm's names those of Hugging Face's files, to be saved as `model.safetensors`. Nothing is read
 * yet.
 *
 * @param tableOf the family's: `family.huggingFace.names`
 * @throws {TesseraError} when the model has a part that Hugging Face's has not
 */
export function toHuggingFaceNames(
  checkpoint: Checkpoint,
  tableOf: (tensors: Checkpoint["tensors"]) => HuggingFaceTable,
): HuggingFaceNames {
  const { modelType, ...table } = tableOf(checkpoint.tensors);
  const converted = convert(checkpoint, table);
  const targets = new Set(converted.renamed.map(([, to]) => to));
  const isAlike = keepsName(table.rules);
  const left = [...converted.checkpoint.tensors.keys()].filter((name) => !targets.has(name) && !isAlike(name));
  if (left.length > 0)
    throw new TesseraError(
      `toHuggingFaceNames: expected the parts of Hugging Face's ${modelType}, got ${listed(left, 3)} besides; save it in timm's names instead`,
    );
  return { ...converted, modelType };
}
