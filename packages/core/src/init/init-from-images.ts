import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Module } from "../module.ts";

/** Whether a part of a model takes something from training pictures before it learns. */
export function takesImages(model: Module): boolean {
  return [...model.modules().values()].some((part) => part.initFromImages !== undefined);
}

/**
 * Gives every part what it takes from training pictures before it learns. To be called after `init`, and not on a model that
 * has been trained.
 *
 * @param images [b, h, w, c], a few thousand as the model sees them, not augmented
 */
export async function initFromImages(model: Module, images: Tensor4D): Promise<void> {
  for (const part of model.modules().values()) await part.initFromImages?.(images);
}
