import type { Backbone } from "@tessera/core";
import type { HubOptions } from "@tessera/weights";
import { EMBEDDED_MODEL } from "./embedded.ts";
import { familyOf } from "./families.ts";
import { type ModelFiles, openFolder } from "./model-files.ts";
import { describeFolder } from "./model-folder.ts";

/**
 * A model without its weights: a variant by name, the embedded default, a folder or a repository of the hub. For sizes,
 * shapes and costs.
 * @throws {TesseraError} if there is no such model.
 */
export async function describeModel(
  spec: string | URL | ModelFiles = EMBEDDED_MODEL,
  { imageSize, hub }: { imageSize?: number | undefined; hub?: HubOptions } = {},
): Promise<{ name: string; model: Backbone }> {
  if (typeof spec === "string") {
    const family = await familyOf(spec);
    if (family) return { name: spec, model: family.create(spec, imageSize === undefined ? {} : { imageSize }) };
  }
  const { describe } = await describeFolder(await openFolder(spec, hub), { imageSize });
  return describe();
}
