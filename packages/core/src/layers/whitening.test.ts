import { type Tensor4D, add, cumsum, matMul, mul, reshape, sum, transpose, variableGrads } from "@tensorflow/tfjs-core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { initFromImages, takesImages } from "../init/init-from-images.ts";
import { Module } from "../module.ts";
import { Linear } from "./linear.ts";
import { Whitening } from "./whitening.ts";

/** Pictures whose neighbours are alike. */
function pictures(): Tensor4D {
  const noise = seeded(1).normals([8, 9, 9, 3]);
  return add(mul(cumsum(noise, 2), 0.5), noise) as Tensor4D;
}

test("what comes out of the first half of the filters is independent and varies by one", async () => {
  const whitening = new Whitening({ size: 2, epsilon: 0 }).init(0);
  await whitening.initFromImages(pictures());
  const y = reshape(whitening.forward(pictures()), [-1, 24]);
  const moments = mul(matMul(y, y, true, false), 1 / y.shape[0]!);
  const data = Array.from({ length: 24 * 24 }, (_, i) => {
    const [row, column] = [Math.floor(i / 24), i % 24];
    return row === column ? 1 : Math.abs(row - column) === 12 ? -1 : 0;
  });
  await expect(moments).toBeAllClose({ shape: [24, 24], data }, { atol: 1e-4 });
});

test("its filters are no parameters, its bias is", () => {
  const whitening = new Whitening({ size: 2 }).init(0);
  expect([...whitening.params().keys()]).toEqual(["bias"]);
  expect([...whitening.state()].map(([path, { shape }]) => [path, shape])).toEqual([
    ["weight", [24, 3, 2, 2]],
    ["bias", [24]],
  ]);
  const { grads } = variableGrads(() => sum(whitening.forward(pictures(), {}, "gelu")));
  expect(Object.keys(grads)).toEqual([whitening.bias.value.name]);
});

test("a model hands its pictures to the parts that want them", async () => {
  class Stem extends Module {
    readonly whiten = new Whitening({ size: 2 });
  }
  expect([takesImages(new Stem()), takesImages(new Linear(2, 2))]).toEqual([true, false]);
  const stem = new Stem().init(0);
  await initFromImages(stem, pictures());
  const alone = new Whitening({ size: 2 }).init(0);
  await alone.initFromImages(pictures());
  await expect(transpose(stem.whiten.weight.value)).toBeAllClose(transpose(alone.weight.value));
});

test("leaks nothing, and refuses other channels", async () => {
  const whitening = new Whitening({ size: [2, 3] }).init(0);
  const images = pictures();
  await expectNoLeak(() => whitening.initFromImages(images));
  const grey = seeded(1).normals([1, 4, 4, 1]) as Tensor4D;
  await expect(whitening.initFromImages(grey)).rejects.toThrow("Whitening: expected shape [b, h, w, 3]");
});
