import { TesseraError } from "@tessera/core";
import type { SwinConfig } from "./config.ts";

/** The config itself. @throws {TesseraError} if its lists do not have one entry a stage, or windows are no whole numbers. */
export function checked(config: SwinConfig): SwinConfig {
  const { depths, heads, windowSize, pretrainedWindows } = config;
  if (depths.length === 0) throw new TesseraError("Swin: expected depths of at least one stage, got none");
  for (const [name, list] of Object.entries({ heads, windowSize, pretrainedWindows })) {
    if (typeof list === "object" && list.length !== depths.length)
      throw new TesseraError(`Swin: expected ${name} of each of the ${depths.length} stages, got [${list.join(", ")}]`);
  }
  const sides = typeof windowSize === "number" ? [windowSize] : windowSize;
  if (!sides.every((side) => Number.isInteger(side) && side > 0))
    throw new TesseraError(`Swin: expected windows of whole tokens, got ${sides.join(", ")}`);
  return config;
}
