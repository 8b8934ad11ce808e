// Bytes are counted at the device, since a pool that forgets a buffer would not count it either.
import { type Tensor4D, concat, engine, tidy } from "@tensorflow/tfjs-core";
import { gpuPicture, preprocessOnGpu, timmPreprocessing } from "@tessera/data";
import { Tnt } from "@tessera/tnt";
import { Vit } from "@tessera/vit";
import { afterEach, expect, test } from "vitest";

const { device } = engine().backend as unknown as { device: GPUDevice };

/** Bytes of the device's buffers and textures that were made since, less those that were destroyed. */
let bytes = 0;
const sizes = new Map<object, number>();
const { createBuffer, createTexture } = device;
device.createBuffer = (descriptor) => counted(createBuffer.call(device, descriptor), descriptor.size);
device.createTexture = (descriptor) => {
  const texture = createTexture.call(device, descriptor);
  return counted(texture, 4 * texture.width * texture.height);
};
afterEach(() => {
  Object.assign(device, { createBuffer, createTexture });
});

function counted<T extends GPUBuffer | GPUTexture>(made: T, size: number): T {
  bytes += size;
  sizes.set(made, size);
  const destroy = made.destroy.bind(made);
  made.destroy = () => {
    bytes -= sizes.get(made) ?? 0;
    sizes.delete(made);
    destroy();
  };
  return made;
}

/** Pictures whose sides change too, preprocessed on the GPU: [count, side, side, 3] */
async function images(count: number, side: number, seed: number): Promise<Tensor4D> {
  const spec = timmPreprocessing({ input_size: [3, side, side], crop_pct: 0.9 });
  const pictures: Tensor4D[] = [];
  for (let i = 0; i < count; i++) {
    const [width, height] = [9 + ((seed + i) % 4), 8 + (seed % 3)];
    const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, at) => (at * 7 + seed) & 255);
    pictures.push(preprocessOnGpu((await gpuPicture({ width, height, data } as ImageData))!, spec));
  }
  const batch = tidy(() => concat(pictures));
  for (const picture of pictures) picture.dispose();
  return batch;
}

test("180 forwards of changing batches and image sizes leave the GPU's memory as it was", async () => {
  const vit = new Vit({ imageSize: 8, patchSize: 4, width: 8, depth: 1, heads: 2, mlpDim: 8, classes: 3 }).init(1);
  const tnt = new Tnt({ imageSize: 8, patchSize: 4, width: 8, innerWidth: 4, depth: 1, heads: 2, innerHeads: 1, mlpDim: 8, classes: 3 }).init(1); // prettier-ignore
  const models = [vit, tnt];
  async function forward(run: number): Promise<void> {
    const x = await images(1 + (run % 3), [8, 12, 16][Math.floor(run / 3) % 3]!, run % 12);
    const y = models[run % 2]!.forward(x);
    const values = await y.data();
    expect(values.every(Number.isFinite)).toBe(true);
    x.dispose();
    y.dispose();
  }
  // Until every combination was seen, which takes 36 runs, the pool and the caches grow.
  for (let run = 0; run < 36; run++) await forward(run);
  const before = bytes;
  expect(before).toBeGreaterThan(0);
  const peaks: number[] = [];
  for (let run = 0; run < 180; run++) {
    await forward(run);
    peaks.push(bytes);
  }
  expect(Math.max(...peaks)).toBe(before);
  expect(bytes).toBe(before);
  for (const model of models) model.dispose();
}, 600_000);
