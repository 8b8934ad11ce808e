import { type Tensor3D, type Tensor4D, add, div, mean, mul, reshape, sqrt, square, sub, sum, tidy, transpose } from "@tensorflow/tfjs-core"; // prettier-ignore
import { patchify, patchifyGrad } from "@tessera/core";

/** A picture's patches, each flattened by row, column, channel: [b, h, w, c] -> [b, n, p·p·c] */
export function patchPixels(images: Tensor4D, patchSize: number): Tensor3D {
  const [b, , , c] = images.shape;
  return tidy(() => {
    const patches = patchify(images, { patchSize: [patchSize, patchSize] });
    const [, n] = patches.shape;
    const byPixel = transpose(reshape(patches, [b * n, c, patchSize ** 2]), [0, 2, 1]);
    return reshape(byPixel, [b, n, patchSize ** 2 * c]);
  });
}

/** The picture that such patches make up: [b, n, p·p·c] -> [b, h, w, c], the given shape. */
export function pictureOf(patches: Tensor3D, image: Tensor4D["shape"], patchSize: number): Tensor4D {
  const [b, n, size] = patches.shape;
  const [, , , c] = image;
  return tidy(() => {
    const byChannel = transpose(reshape(patches, [b * n, patchSize ** 2, c]), [0, 2, 1]);
    return patchifyGrad(reshape(byChannel, [b, n, size]), image, { patchSize: [patchSize, patchSize] });
  });
}

/** Each patch by its own mean and unbiased variance: (x − μ) / √(σ² + 1e-6). [b, n, k] -> [b, n, k] */
export function standardized(patches: Tensor3D): Tensor3D {
  const size = patches.shape[2];
  return tidy(() => {
    const centred = sub<Tensor3D>(patches, mean(patches, 2, true));
    const variance = mul(sum(square(centred), 2, true), 1 / (size - 1));
    return div(centred, sqrt(add(variance, 1e-6)));
  });
}
