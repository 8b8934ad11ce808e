import type { AttrsOf, patchifyOp } from "@tessera/core";
import { type Chain, chained } from "../chain.ts";
import type { Kernel } from "../kernel.ts";
import type { Handle } from "../library.ts";

type Attrs = AttrsOf<typeof patchifyOp>;

/** image [b, h, w, c] -> [b, n, c·p·p], each patch in the order of a convolution's weight. */
export const patchify: Kernel<typeof patchifyOp> = {
  run: (backend, { image }, attrs) =>
    chained(backend, (chain) => {
      const [b, h, w, c] = image.shape;
      const [rows, columns] = attrs.patchSize;
      const pixels = chain.of(image);
      if (isTiling([h, w], attrs)) {
        const [down, across] = [h / rows, w / columns];
        const tiles = chain.reshape(pixels, [b, down, rows, across, columns, c]);
        return chain.reshape(chain.transpose(tiles, [0, 1, 3, 5, 2, 4]), [b, down * across, c * rows * columns]);
      }
      const windows = extract(chain, pixels, attrs); // [b, down, across, rows·columns·c]
      const [, down, across] = windows.shape as [number, number, number];
      const byPixel = chain.reshape(windows, [b * down * across, rows * columns, c]);
      return chain.reshape(chain.transpose(byPixel, [0, 2, 1]), [b, down * across, c * rows * columns]);
    }),
};

/** Patches that neither overlap nor leave anything out are a transposition. */
function isTiling(size: [number, number], { patchSize, stride, padding }: Attrs): boolean {
  return patchSize.every((patch, axis) => stride[axis] === patch && padding[axis] === 0 && size[axis]! % patch === 0);
}

function extract(chain: Chain, image: Handle, { patchSize, stride, padding: [y, x] }: Attrs): Handle {
  const margins = chain.reshape(chain.integers([0, 0, y, y, x, x, 0, 0]), [4, 2]);
  const padded = y + x === 0 ? image : chain.run("Pad", [image, margins]);
  return chain.run("ExtractImagePatches", [padded], {
    ksizes: [1, ...patchSize, 1],
    strides: [1, ...stride, 1],
    rates: [1, 1, 1, 1],
    padding: "VALID",
  });
}
