import type { Backbone, Family } from "@tessera/core";

/** A family, and what of it is small enough to run. */
export interface FamilyCase<M extends Backbone> {
  family: Family<M>;
  /** Variants that differ in their parts, one of each kind. */
  kinds: readonly string[];
  /** What makes a model of any kind small; the number of classes stays its own. */
  small: Partial<M["config"]>;
  /** Models whose configs timm and transformers can write: a kind, and what differs from it. */
  written: {
    timm: readonly [kind: string, overrides: Partial<M["config"]>][];
    huggingFace?: readonly [kind: string, overrides: Partial<M["config"]>][];
  };
}
