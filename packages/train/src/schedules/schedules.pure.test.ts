import { readGoldens } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type CosineOptions, cosine } from "./cosine.ts";
import { oneCycle } from "./one-cycle.ts";
import { constantRate, linearRate, stepped } from "./steady.ts";

const goldens = await readGoldens(new URL("../__fixtures__/training_schedules.safetensors", import.meta.url));
const timm = { rate: 1e-3, minRate: 1e-5, steps: 20 };
const warm = { warmupSteps: 5, warmupRate: 1e-6 };
const tight = { rtol: 1e-6, atol: 1e-9 };

const cases: [string, CosineOptions][] = [
  ["cosine", { ...timm, steps: 10 }],
  ["warmup", { ...timm, ...warm, overlap: true }],
  ["warmup_prefix", { ...timm, ...warm, steps: 25 }],
  ["cycles", { ...timm, ...warm, warmupSteps: 2, restarts: { steps: 5, stretch: 2, decay: 0.5, count: 3 } }],
  ["k_decay", { ...timm, timePower: 1.5 }],
];

describe("the cosine", () => {
  test.each(cases)("is timm's: %s", async (name, options) => {
    const { shape, data } = goldens.get(`timm/${name}`);
    const schedule = cosine(options);
    const rates = Array.from({ length: shape[0]! }, (_, step) => schedule(step));
    // The second column is a group's with half the rate, which is the optimiser's to scale.
    await expect({ shape, data: rates.flatMap((rate) => [rate, rate / 2]) }).toBeAllClose({ shape, data }, tight);
  });

  test("is MAE's, at parts of an epoch", async () => {
    const schedule = cosine({ ...timm, warmupSteps: 5 });
    const rates = [...goldens.get("mae/epochs").data].map(schedule);
    await expect(rates).toBeAllClose(goldens.get("mae/lr"), tight);
  });

  test("needs a step after the warm-up", () => {
    expect(() => cosine({ rate: 1, steps: 5, warmupSteps: 5 })).toThrow(
      "cosine: expected more steps than the 5 of the warm-up, got 5",
    );
  });
});

const ratesOf = (schedule: (step: number) => number, ...steps: number[]) =>
  steps.map((step) => Number(schedule(step).toPrecision(6)));

test("a constant rate, warmed up", () => {
  expect(ratesOf(constantRate({ rate: 0.1 }), 0, 9)).toEqual([0.1, 0.1]);
  expect(ratesOf(constantRate({ rate: 0.1, warmupSteps: 4, warmupRate: 0.02 }), 0, 1, 4, 9)).toEqual([0.02, 0.04, 0.1, 0.1]); // prettier-ignore
});

test("an even fall", () => {
  const schedule = linearRate({ rate: 1, steps: 12, minRate: 0.2, warmupSteps: 4 });
  expect(ratesOf(schedule, 0, 2, 4, 8, 12, 50)).toEqual([0, 0.5, 1, 0.6, 0.2, 0.2]);
});

test("steps, evenly and at places", () => {
  expect(ratesOf(stepped({ rate: 1, at: 3, factor: 0.5 }), 0, 2, 3, 5, 6)).toEqual([1, 1, 0.5, 0.5, 0.25]);
  expect(ratesOf(stepped({ rate: 1, at: [2, 7] }), 0, 1, 2, 6, 7, 90)).toEqual([1, 1, 0.1, 0.1, 0.01, 0.01]);
});

test("one cycle rises to the rate and falls below where it began", () => {
  // torch 2.13: OneCycleLR(max_lr=1, total_steps=20, pct_start=.3): the peak is at step .3 · 20 − 1.
  expect(ratesOf(oneCycle({ rate: 1, steps: 20 }), 0, 5, 12, 19, 30)).toEqual([0.04, 1, 0.500002, 4e-6, 4e-6]);
  const linear = oneCycle({ rate: 1, steps: 21, rise: 0.5, shape: "linear", startDivisor: 10, endDivisor: 10 });
  expect(ratesOf(linear, 0, 9.5, 20)).toEqual([0.1, 1, 0.01]);
});
