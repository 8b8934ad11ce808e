// With f32 in the place of f16 for tiles, since SwiftShader has no shader-f16; weights are packed to real halves.
import { type Tensor1D, type Tensor2D, type Tensor3D, engine, memory } from "@tensorflow/tfjs-core";
import { Linear, linear, replayed, selfAttention, warmUp } from "@tessera/core";
import { composed, kernelsRun, seeded } from "@tessera/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setHalf } from "./half.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

const { device } = engine().backend as unknown as TfjsWebgpu;
beforeAll(() => setHalf(device, "emulated"));
afterAll(() => setHalf(device, "off"));

test.each([
  [3, 8, 5],
  [33, 64, 40],
  [17, 6, 10],
] as const)(
  "linear equals the composed definition within f16 with %i rows, %i in, %i out",
  async (rows, inputs, out) => {
    // prettier-ignore
    const random = seeded(1);
    const x = random.normals([rows, inputs]);
    const weight = random.normals([out, inputs], inputs ** -0.5) as Tensor2D;
    const bias = random.normals([out]) as Tensor1D;
    const expected = composed(() => linear(x, weight, { bias }));
    await expect(linear(x, weight, { bias })).toBeAllClose(expected, { rtol: 1e-3, atol: 2e-3 });
  },
);

test("weights are rounded to halves", async () => {
  const [x, weight] = [seeded(1).normals([3, 8]), seeded(2).normals([5, 8]) as Tensor2D];
  const expected = composed(() => linear(x, weight));
  await expect(linear(x, weight)).not.toBeAllClose(expected, { rtol: 1e-7, atol: 1e-7 });
});

test("selfAttention equals the composed definition", async () => {
  const qkv = seeded(1).normals([1, 9, 24]) as Tensor3D;
  await expect(selfAttention(qkv, { heads: 2 })).toBeAllClose(composed(() => selfAttention(qkv, { heads: 2 })));
});

test("packed weights go with the weight", async () => {
  const bytes = () => (memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
  async function once() {
    const [x, weight] = [seeded(1).normals([3, 64]), seeded(2).normals([64, 64]) as Tensor2D];
    const y = linear(x, weight);
    await y.data();
    for (const value of [x, weight, y]) value.dispose();
  }
  await once();
  const before = bytes();
  for (let run = 0; run < 5; run++) await once();
  expect(bytes()).toBe(before);
});

test("a recorded forward follows a change of precision and of packed weights", async () => {
  const layer = new Linear(64, 64).init(1);
  const forward = replayed(layer, (x: Tensor2D) => layer.forward(x));
  await warmUp(forward, seeded(9).normals([3, 64]) as Tensor2D);
  for (const mode of ["emulated", "off", "emulated"] as const) {
    setHalf(device, mode);
    for (const init of [2, 3]) {
      layer.init(init);
      for (const seed of [1, 2, 3, 4]) {
        const x = seeded(seed).normals([3, 64]) as Tensor2D;
        await expect(forward(x)).toBeAllClose(layer.forward(x), { rtol: 0, atol: 0 });
      }
      const kernels = kernelsRun(() => forward(seeded(5).normals([3, 64]) as Tensor2D).dispose());
      expect(kernels).toEqual(["TesseraReplay"]);
    }
  }
  layer.dispose();
});
