import { type Tensor, type Tensor3D, grad, tensor } from "@tensorflow/tfjs-core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { Random } from "../random.ts";
import { patchDropout } from "./patch-dropout.ts";

const training = (seed = 1) => ({ training: true, random: new Random(seed) });
/** Each value tells its sample and token. */
const tokens = (b: number, n: number) =>
  tensor(Array.from({ length: b * n * 2 }, (_, i) => 100 * Math.floor(i / (2 * n)) + (Math.floor(i / 2) % n)), [b, n, 2]) as Tensor3D; // prettier-ignore

test.each([
  [10, 0.5, 5],
  [10, 0.25, 7],
  [3, 0.9, 1],
])("of %i patches at a rate of %d, %i stay in their order, after the prefix", async (patches, rate, kept) => {
  const y = patchDropout(tokens(4, 2 + patches), rate, 2, training());
  expect(y.shape).toEqual([4, 2 + kept, 2]);
  const rows = (await y.array()).map((sample) => sample.map(([value]) => value!));
  for (const [sample, values] of rows.entries()) {
    const places = values.map((value) => value - 100 * sample);
    expect(places.slice(0, 2)).toEqual([0, 1]);
    expect(places).toEqual([...new Set(places)].sort((one, other) => one - other));
    expect(places.at(-1)).toBeLessThan(2 + patches);
  }
});

test("follows from the seed, differs between samples, and reaches every patch", async () => {
  const places = async (seed: number) => [...(await patchDropout(tokens(8, 9), 0.5, 1, training(seed)).data())];
  expect(await places(1)).toEqual(await places(1));
  expect(await places(1)).not.toEqual(await places(2));
  const seen = new Set((await places(1)).map((value) => value % 100));
  expect(seen).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]));
});

test("gradients go back to where the patches came from", async () => {
  const x = seeded(1).normals([2, 6, 3]) as Tensor3D;
  const y = patchDropout(x, 0.4, 1, training());
  const slopes = seeded(2).normals(y.shape);
  const got = await grad((z: Tensor) => patchDropout(z as Tensor3D, 0.4, 1, training()))(x, slopes).array();
  const [from, to, by] = [await x.array(), await y.array(), (await slopes.array()) as number[][][]];
  const expected = from.map((sample, i) =>
    sample.map((row) => by[i]![to[i]!.findIndex((one) => one[0] === row[0])] ?? [0, 0, 0]),
  );
  await expect(got).toBeAllClose(expected);
  await expectNoLeak(() => grad((z: Tensor) => patchDropout(z as Tensor3D, 0.4, 1, training()))(x, slopes).dispose());
});

test("leaves all in unless it is training, and refuses what is no rate", () => {
  const x = tokens(1, 3);
  expect(patchDropout(x, 0.5, 1, {})).toBe(x);
  expect(patchDropout(x, 0, 1, training())).toBe(x);
  expect(() => patchDropout(x, 1, 1, training())).toThrow("patchDropout: expected a rate from 0 to below 1, got 1");
  expect(() => patchDropout(x, 0.5, 1, { training: true })).toThrow("patchDropout: expected a random source");
});
