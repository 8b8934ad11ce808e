import type { Checkpoint } from "../checkpoint.ts";
import type { HuggingFaceTable } from "../names/to-hugging-face.ts";

/** How transformers' `config.json` describes models of a family, and how its files name their tensors. */
export interface HuggingFaceFormat<C> {
  /** Values of `model_type` that are read. */
  readonly modelTypes: readonly string[];
  /**
   * The config of the model that transformers describes. Its configs do not tell whether there is a head: the checkpoint
   * does, and without one the class that wrote it.
   *
   * @param where names the file in errors.
   * @param tensors of the checkpoint, in timm's names
   * @throws {FormatError} on an option or sizes that are not known.
   */
  read(config: Readonly<Record<string, unknown>>, where: string, tensors?: Checkpoint["tensors"]): C;
  /**
   * `config.json` as transformers writes it, without the names of the classes.
   *
   * @param modelType as `names` found it
   * @throws {TesseraError} if transformers' model has no such option.
   */
  write(config: C, modelType: string): Record<string, unknown>;
  /**
   * Names in transformers' files for tensors in timm's.
   * @throws {TesseraError} for a model that transformers has not.
   */
  names(tensors: Checkpoint["tensors"]): HuggingFaceTable;
}
