import { type Tensor3D, type Tensor4D, tensor } from "@tensorflow/tfjs-core";
import { patchifyGradOp, patchifyOp, registerOp } from "@tessera/core";
import { type Attrs, type Size, patches } from "./patches.ts";

/**
 * tfjs-backend-cpu computes an index for every value that it moves, so cutting windows by slices and transposes takes fifteen
 * times as long as multiplying them. These kernels go through them in loops. Registers them, once.
 */
export function registerCpuKernels(): void {
  registerOp<typeof patchifyOp, unknown, { image: Tensor4D }>(patchifyOp, "cpu", {
    run: (_, { image }, attrs) => patchify(image, attrs),
  });
  registerOp<typeof patchifyGradOp, unknown, { dy: Tensor3D }>(patchifyGradOp, "cpu", {
    run: (_, { dy }, { imageSize: [h, w], ...attrs }) => {
      const [b, , width] = dy.shape;
      return patchifyGrad(dy, [b, h, w, width / (attrs.patchSize[0] * attrs.patchSize[1])], attrs);
    },
  });
}

function patchify(image: Tensor4D, attrs: Attrs): Tensor3D {
  const from = image.dataSync();
  const { shape, each } = patches(image.shape, attrs);
  const to = new Float32Array(shape[0] * shape[1] * shape[2]);
  each((value, pixel) => (to[value] = from[pixel]!));
  return tensor(to, shape);
}

function patchifyGrad(dy: Tensor3D, image: Size, attrs: Attrs): Tensor4D {
  const from = dy.dataSync();
  const to = new Float32Array(image[0] * image[1] * image[2] * image[3]);
  patches(image, attrs).each((value, pixel) => (to[pixel]! += from[value]!));
  return tensor(to, image);
}
