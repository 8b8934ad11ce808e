import { TesseraError, type WrittenTimmModel, side } from "@tessera/core";
import type { TntConfig } from "../config.ts";
import { createTnt } from "../create.ts";
import { tntNames } from "../variants.ts";

/**
 * A published TNT for `config.json` of timm, with any classes and image size.
 * @throws {TesseraError} for a TNT of one's own, which timm has no name for.
 */
export function writeTimm(config: TntConfig): WrittenTimmModel {
  const { classes, imageSize } = config;
  const same = JSON.stringify(sorted(config));
  const architecture = tntNames.find(
    (known) => JSON.stringify(sorted(createTnt(known, { classes, imageSize }).config)) === same,
  );
  if (architecture === undefined)
    throw new TesseraError(
      "saveModel: expected a published TNT, with any classes and image size, got one of its own; save its weights alone with saveSafetensors",
    );
  return {
    architecture,
    model_args: { img_size: side(imageSize) },
    first_conv: "pixel_embed.proj",
    classifier: "head",
  };
}

/** What differs from TNT's defaults, which a loader may have written out. */
function sorted(config: object): [string, unknown][] {
  const defaults: Record<string, unknown> = { activation: "gelu", epsilon: 1e-5 };
  const own = Object.entries(config).filter(([name, value]) => value !== undefined && value !== defaults[name]);
  return own.sort(([a], [b]) => (a < b ? -1 : 1));
}
