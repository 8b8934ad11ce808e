// The steps of optimisers in C++ against core's composed definitions, on every instruction set, and where they write to.
import {
  type Tensor,
  type Tensor3D,
  type Variable,
  findBackend,
  ones,
  setBackend,
  square,
  tensor,
  variable,
} from "@tensorflow/tfjs-core";
import {
  Linear,
  adamUpdate,
  averageUpdate,
  lambUpdate,
  muonUpdate,
  replayed,
  sgdUpdate,
  sumOfSquares,
} from "@tessera/core";
import { track } from "@tessera/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Given, expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";
import type { NativeBackend } from "./backend.ts";
import { configureNative, nativeStatus } from "./index.ts";
import { expectReplays, expectRight, tokens } from "./replay/__fixtures__/checks.ts";

const { isa: best, threads } = nativeStatus();
afterEach(() => configureNative({ isa: best, threads }));

/** Runs a step on variables of their own and gives what became of them. */
function stepped(run: (...renewed: Variable[]) => void): (...tensors: Tensor[]) => Tensor[] {
  return (...tensors) => {
    const renewed = tensors.map((values) => variable(values, false));
    // Twice, the second time over arrays that are the backend's own.
    run(...renewed);
    run(...renewed);
    const results = renewed.map((one) => one.clone());
    for (const one of renewed) one.dispose();
    return results;
  };
}

const squares = (shape: number[]): Given => {
  const { values } = given(7, shape);
  return { shape, values: values.map((value) => value ** 2) };
};
const shapes = [[[0]], [[1]], [[5, 3]], [[17]], [[64, 33]], [[200, 201]]];

describe.each(isas)("%s", (isa) => {
  test.each(shapes)("Adam, its moments, LAMB: %j", async (shape) => {
    useIsa(isa);
    const tensors = [given(1, shape), given(2, shape), given(3, shape), squares(shape)];
    for (const decoupled of [false, true]) {
      const step = { rate: 0.1, step: 3, scale: 0.5, weightDecay: 0.05, decoupled };
      await expectSame(
        stepped((w, g, m, v) => adamUpdate(w!, g!, m!, v!, step)),
        tensors,
      );
      for (const change of [{}, { adapt: false }, { trustClip: true }, { weightDecay: 0 }])
        await expectSame(
          stepped((w, g, m, v) => lambUpdate(w!, g!, m!, v!, { ...step, ...change })),
          tensors,
        );
    }
  });

  test.each(shapes)("gradient descent, averages, squares: %j", async (shape) => {
    useIsa(isa);
    const tensors = [given(1, shape), given(2, shape), given(3, shape)];
    const step = { rate: 0.1, scale: 0.5, weightDecay: 0.05, momentum: 0.9, dampening: 0.2 };
    for (const nesterov of [false, true])
      await expectSame(
        stepped((w, g, velocity) => sgdUpdate(w!, g!, velocity, { ...step, nesterov })),
        tensors,
      );
    await expectSame(
      stepped((w, g) => sgdUpdate(w!, g!, undefined, step)),
      tensors.slice(0, 2),
    );
    await expectSame(
      stepped((a, b) => averageUpdate(a!, b!, 0.9)),
      tensors.slice(0, 2),
    );
    await expectSame((...parts) => sumOfSquares(parts), tensors);
  });
});

test.each(isas)("Muon's step on %s", async (isa) => {
  useIsa(isa);
  for (const shape of [
    [1, 1],
    [5, 3],
    [3, 5],
    [64, 64],
    [192, 64],
    [64, 200],
    [8, 3, 2, 2],
    [0, 3],
  ]) {
    // prettier-ignore
    const tensors = [given(1, shape), given(2, shape), given(3, shape)];
    for (const nesterov of [true, false]) {
      const step = { rate: 0.1, scale: 0.5, shrink: 0.9, nesterov };
      await expectSame(
        stepped((w, g, m) => muonUpdate(w!, g!, m!, step)),
        tensors,
        { rtol: 1e-4, atol: 1e-4 },
      );
    }
  }
});

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
