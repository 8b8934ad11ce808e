import type { Backbone } from "@tessera/core";
import { backboneFromTimm, familyOfTimm } from "./timm-config.ts";

/**
 * A model by timm's name and arguments: a variant, or a family (`vit`) with every argument. Its parameters are declared;
 * `init` or `load` fills them. What `saveModel` writes is such a description.
 *
 * @throws {FormatError} on an architecture or argument that is not known.
 */
export async function buildModel(
  architecture: string,
  args: Readonly<Record<string, unknown>>,
  classes: number,
): Promise<Backbone> {
  const family = await familyOfTimm({ architecture }, "buildModel");
  return backboneFromTimm(family, { architecture, model_args: { ...args } }, "buildModel", { classes });
}
