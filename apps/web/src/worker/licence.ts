import { embeddedModel, familyOf } from "@tessera/pipeline";
import type { ModelChoice } from "./calls.ts";

/** timm's repositories of the hub: `timm/vit_base_patch16_224.augreg_in21k_ft_in1k`. */
const ofTimm = /^timm\/([^.]+)\.([^@]+)/;

/** Licence of a model's weights by its SPDX name, of those whose licence is known; a user's files do not say theirs. */
export async function licenceOf(choice: ModelChoice): Promise<string | undefined> {
  if (choice.kind === "embedded") return embeddedModel.license;
  if (choice.kind !== "address" || choice.endpoint) return undefined;
  const [, variant = "", tag = ""] = ofTimm.exec(choice.address) ?? [];
  const family = await familyOf(variant);
  return family?.pretrained(variant)[tag]?.license;
}
