import { EMBEDDED_MODEL } from "./embedded.ts";
import { type Backbone, createBackbone, familyOf } from "./families.ts";
import { describeFolder } from "./model-folder.ts";

/**
 * A model without its weights: a variant by name, the embedded default, or a folder. For sizes, shapes and costs.
 * @throws {TesseraError} if there is no such model.
 */
export async function describeModel(
  spec: string | URL = EMBEDDED_MODEL,
  { imageSize }: { imageSize?: number | undefined } = {},
): Promise<{ name: string; model: Backbone }> {
  if (typeof spec === "string" && familyOf(spec))
    return { name: spec, model: createBackbone(spec, imageSize === undefined ? {} : { imageSize }) };
  return describeFolder(spec, { imageSize });
}
