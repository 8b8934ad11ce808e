import type { Tensor } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Picture } from "../draw/overlay.ts";
import { principalComponents } from "../features/principal-components.ts";

/** A principal component of the filters, as a picture of a patch. */
export interface PatchFilter {
  picture: Picture;
  /** Share of the filters' variance. */
  explained: number;
}

/**
 * The first principal components of the filters that turn patches into tokens: Dosovitskiy et al. 2021, figure 7, left. They look like a
 * basis for what small patches of natural pictures are made of. Each is brought to the whole range of brightness.
 *
 * @param kernel [d, 3, h, w], as `patch_embed.proj.weight` is.
 * @throws {TesseraError} if it is no such kernel.
 */
export async function patchFilters(kernel: Tensor, count = 28): Promise<PatchFilter[]> {
  const [, channels = 0, height = 0, width = 0] = kernel.shape;
  if (kernel.rank !== 4 || channels !== 3)
    throw new TesseraError(`patchFilters: expected a kernel [d, 3, h, w], got [${kernel.shape.join(", ")}]`);
  const size = height * width;
  const { components, explained } = principalComponents(await kernel.data<"float32">(), 3 * size, count);
  return components.map((component, i) => {
    const [least, most] = [component.reduce((a, b) => Math.min(a, b)), component.reduce((a, b) => Math.max(a, b))];
    const data = Uint8ClampedArray.from({ length: 3 * size }, (_, at) => {
      const value = component[(at % 3) * size + Math.floor(at / 3)]!;
      return most > least ? (255 * (value - least)) / (most - least) : 127;
    });
    return { picture: { width, height, data }, explained: explained[i]! };
  });
}
