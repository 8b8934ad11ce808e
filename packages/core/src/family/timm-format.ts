/** What timm's `config.json` says of the model itself, by its field names. */
export interface TimmModel {
  /** An entry point of timm, often a variant's name. */
  architecture: string;
  /** Arguments of its constructor that differ from the entry point's. */
  model_args?: Record<string, unknown>;
}

/** That, with what timm looks up to load the weights. */
export interface WrittenTimmModel extends Required<TimmModel> {
  /** Path of the layer that takes the pixels. */
  first_conv: string;
  /** Paths of the layers that depend on the number of classes. */
  classifier: string | readonly string[];
}

/** How timm's `config.json` describes models of a family. */
export interface TimmFormat<C> {
  /** Entry points for models of one's own, besides the variants' names. */
  readonly architectures: readonly string[];
  /** Names that timm gave up, and what it calls the same today, with the checkpoint's tag. */
  readonly formerNames?: Readonly<Record<string, string>>;
  /**
   * The config of a model that timm describes. The number of classes stands elsewhere in the file and is the caller's.
   *
   * @param where names the file in errors.
   * @throws {FormatError} on an argument that is not known, or a value that it cannot have.
   */
  read(model: TimmModel, where: string): C;
  /**
   * What makes timm build the same model.
   * @throws {TesseraError} if timm has no such option.
   */
  write(config: C): WrittenTimmModel;
}
