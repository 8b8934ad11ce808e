import {
  type Checkpoint,
  type HuggingFaceNames,
  TesseraError,
  type TimmNames,
  toHuggingFaceNames,
  toTimmNames,
} from "@tessera/core";
import { allDetectors } from "./detectors.ts";
import { allFamilies } from "./families.ts";

/** `toTimmNames` for a checkpoint of any family; a detector gets its authors' names, as timm has none. */
export async function anyToTimmNames(checkpoint: Checkpoint): Promise<TimmNames> {
  // Detectors first: what they are made of has names of its own.
  const families = [...(await allDetectors()), ...(await allFamilies())];
  return toTimmNames(
    checkpoint,
    families.flatMap(({ dialects }) => dialects),
  );
}

/**
 * `toHuggingFaceNames` for a checkpoint of any family that transformers has.
 * @throws {TesseraError} when the model has a part that no model of transformers has
 */
export async function anyToHuggingFaceNames(checkpoint: Checkpoint): Promise<HuggingFaceNames> {
  const refusals: unknown[] = [];
  for (const { huggingFace } of [...(await allFamilies()), ...(await allDetectors())]) {
    try {
      if (huggingFace) return toHuggingFaceNames(checkpoint, huggingFace.names);
    } catch (error) {
      if (!TesseraError.isInstance(error)) throw error;
      refusals.push(error);
    }
  }
  throw refusals[0];
}
