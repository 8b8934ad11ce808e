import type { Backbone } from "../backbone.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { Dialect } from "../names/dialect.ts";
import type { FeatureInfo } from "./feature-info.ts";
import type { HuggingFaceFormat } from "./hugging-face-format.ts";
import type { Pretrained } from "./pretrained.ts";
import type { TimmFormat } from "./timm-format.ts";
import type { Variant } from "./variant.ts";

/**
 * All that loading, saving and listing know of a family of models. A model's package exports one; nobody else knows its
 * class, its options or its tensors' names.
 */
export interface Family<M extends Backbone = Backbone> {
  /** Lower case, as its models give it: `vit`. */
  readonly name: M["family"];
  /** Published sizes, named as in timm, so that a checkpoint's name finds its config. */
  readonly variants: Readonly<Record<string, Variant & M["config"]>>;

  /** A model with any configuration. Its parameters are declared; `init` or `load` fills them. */
  build(config: M["config"]): M;
  /**
   * A published variant, with overrides.
   * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
   */
  create(variant: string, overrides?: Partial<M["config"]>): M;

  /** Checkpoints of a variant by tag, the default first; empty where none is published. */
  pretrained(variant: string): Record<string, Pretrained>;
  /** What a checkpoint in timm's names tells of its model's config: the number of classes, parts that some have. */
  configFrom(tensors: Checkpoint["tensors"]): Partial<M["config"]>;
  /** Others' names for its tensors, the most telling first. */
  readonly dialects: readonly Dialect[];
  /** How timm's `config.json` describes its models. */
  readonly timm: TimmFormat<M["config"]>;
  /** How transformers' `config.json` does, and its names for their tensors. */
  readonly huggingFace?: HuggingFaceFormat<M["config"]>;

  /** Where features can be taken, from the first to the last. */
  featureInfo(config: M["config"]): FeatureInfo[];
}
