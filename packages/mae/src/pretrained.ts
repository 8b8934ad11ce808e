import { type MaeName, maeNames } from "./variants.ts";

/** A published checkpoint of a whole model, decoder included: where it lies, and under which licence. */
export interface PretrainedMae {
  /** Repository on the Hugging Face hub. */
  hub: string;
  /** The same weights as the authors published them, trained on plain pixels. */
  file: string;
  /** The repository's. The hub's cards say Apache-2.0. */
  license: "cc-by-nc-4.0";
}

/** The checkpoint of a variant. */
export function pretrainedMae(name: MaeName): PretrainedMae {
  const size = ["base", "large", "huge"][maeNames.indexOf(name)]!;
  return {
    hub: `facebook/vit-mae-${size}`,
    file: `https://dl.fbaipublicfiles.com/mae/visualize/mae_visualize_vit_${size}.pth`,
    license: "cc-by-nc-4.0",
  };
}
