// The steps of optimisers in C++: whatever the number of threads, and where they write to.
import {
  type Tensor,
  type Tensor3D,
  findBackend,
  ones,
  setBackend,
  square,
  tensor,
  variable,
} from "@tensorflow/tfjs-core";
import { Linear, adamUpdate, lambUpdate, replayed, sgdUpdate, sumOfSquares } from "@tessera/core";
import { track } from "@tessera/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { given } from "./__fixtures__/both.ts";
import type { NativeBackend } from "./backend.ts";
import { configureNative, nativeStatus } from "./index.ts";
import { expectReplays, expectRight, tokens } from "./replay/__fixtures__/checks.ts";

const { isa: best, threads } = nativeStatus();
afterEach(() => configureNative({ isa: best, threads }));

test("sums are the same to the bit whatever the number of threads", async () => {
  await setBackend("native");
  const results = [1, 2, 5].map((count) => {
    configureNative({ threads: count });
    const [w, g, m, v] = [1, 2, 3, 4].map((seed) => variable(square(tensor(given(seed, [300_000]).values))));
    lambUpdate(w!, g!, m!, v!, { rate: 0.1, step: 1, weightDecay: 0.1 });
    const sum = sumOfSquares([w!]);
    const read = { weight: w!.dataSync().slice(0, 1000), sum: sum.dataSync().slice() };
    for (const used of [w!, g!, m!, v!, sum]) used.dispose();
    return read;
  });
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

describe("where the next values go", () => {
  const arrayOf = (values: Tensor) => (findBackend("native") as NativeBackend).floats(values);
  const made: Tensor[] = [];
  const held = <T extends Tensor>(values: T) => {
    made.push(values);
    return values;
  };
  const weights = () => held(variable(ones([40, 40])));
  const gradient = (shape = [40, 40]) => held(ones(shape));

  beforeEach(async () => {
    await setBackend("native");
  });
  afterEach(() => {
    for (const values of made.splice(0)) values.dispose();
  });

  test("over the old ones, once they are the backend's own", () => {
    const [w, m, v] = [weights(), weights(), weights()];
    const step = () => adamUpdate(w, gradient(), m, v, { rate: 0.1, step: 1 });
    step();
    const arrays = [w, m, v].map(arrayOf);
    step();
    for (const [i, renewed] of [w, m, v].entries()) expect(arrayOf(renewed)).toBe(arrays[i]);
  });

  test("elsewhere, if a tensor or the caller's own array is of the same memory", () => {
    const mine = new Float32Array(1600).fill(2);
    const w = held(variable(tensor(mine, [40, 40])));
    const step = () => sgdUpdate(w, gradient(), undefined, { rate: 0.1 });
    step();
    expect([mine[0], mine[1599]]).toEqual([2, 2]);
    const other = held(w.clone());
    step();
    const read = w.dataSync();
    step();
    expect([other.dataSync()[0], read[0], w.dataSync()[0]].map((value) => value!.toFixed(3))).toEqual([
      "1.900",
      "1.800",
      "1.700",
    ]);
  });

  test("counts at once in what was packed or recorded of the weight", async () => {
    const model = track(new Linear(24, 24).init(1));
    const plain = (x: Tensor3D) => model.forward(x);
    const forward = replayed(model, plain);
    const step = () => sgdUpdate(model.weight.value, gradient([24, 24]), undefined, { rate: 0.1 });
    step();
    await expectReplays(forward, plain);
    for (let run = 0; run < 3; run++) {
      const before = forward(tokens(1));
      step();
      await expect(forward(tokens(1))).not.toBeAllClose(before, { rtol: 1e-3, atol: 1e-3 });
      await expectRight(forward, plain);
    }
  });
});
