import { memory, tensor, zeros } from "@tensorflow/tfjs-core";
import { Linear, Param } from "@tessera/core";
import { expectNoLeak, readGoldens } from "@tessera/testing";
import { expect, test } from "vitest";
import { sgd } from "../optimizers/sgd.ts";
import { Ema, emaDecay } from "./ema.ts";

const goldens = await readGoldens(new URL("../__fixtures__/training_schedules.safetensors", import.meta.url));

test.each([
  ["plain", {}],
  ["update_after_3", { after: 3 }],
  ["warmup", { warmup: true }],
  ["warmup_gamma2_power.75_min.1", { warmup: { gamma: 2, power: 0.75 }, minDecay: 0.1 }],
])("decays as timm's: %s", async (name, options) => {
  const decays = [...goldens.get("ema/steps").data].map((step) => emaDecay(step, options));
  await expect(decays).toBeAllClose(goldens.get(`ema/${name}`), { rtol: 1e-6, atol: 0 });
});

const shaped = (data: number[]) => ({ shape: [2, 3], data });

function trained() {
  const model = new Linear(3, 2).init(1);
  const optimizer = sgd(model.params());
  const slopes = new Map([["weight", tensor([1, 2, 3, 4, 5, 6], [2, 3])]]);
  return { model, step: () => optimizer.step(slopes, 0.1), weight: async () => [...(await model.weight.value.data())] };
}

test("averages what steps make of the weights, and changes places with them", async () => {
  const { model, step, weight } = trained();
  const ema = new Ema(model.params(), { decay: 0.9 });
  let expected: number[] = [];
  for (let i = 0; i < 5; i++) {
    step();
    ema.update(i);
    const now = await weight();
    expected = i === 0 ? now : expected.map((one, at) => 0.9 * one + 0.1 * now[at]!);
    await expect(ema.state().get("weight")!).toBeAllClose(shaped(expected), { rtol: 1e-6, atol: 1e-7 });
  }
  const last = await weight();
  ema.swap();
  await expect(model.weight.value).toBeAllClose(shaped(expected), { rtol: 1e-6, atol: 1e-7 });
  await expect(ema.state().get("weight")!).toBeAllClose(shaped(last), { rtol: 0, atol: 0 });
  ema.swap();
  expect(await weight()).toEqual(last);
  ema.dispose();
});

test("goes on from saved averages, all or none", async () => {
  const { model, step } = trained();
  const ema = new Ema(model.params(), { decay: 0.9 });
  step();
  ema.update(5);
  const other = new Ema(model.params(), { decay: 0.9 });
  other.restore(ema.state());
  step();
  for (const one of [ema, other]) one.update(6);
  await expect(other.state().get("weight")!).toBeAllClose(ema.state().get("weight")!, { rtol: 0, atol: 0 });
  expect(() => other.restore(new Map([["weight", zeros([2])], ["more", zeros([1])]]))).toThrow(
    "Ema.restore: expected averages of this model, got another's:\n" +
      "  weight: expected [2, 3], got [2]\n  bias: expected [2], got nothing\n  more: expected nothing, got an average",
  ); // prettier-ignore
});

test("keeps nothing of frozen parameters and leaves no tensor behind", async () => {
  const { model, step } = trained();
  model.bias!.trainable = false;
  const before = memory().numTensors;
  const ema = new Ema(model.params(), {});
  expect([...ema.state().keys()]).toEqual(["weight"]);
  await expectNoLeak(() => {
    step();
    ema.update(0);
    ema.update(7);
    ema.swap();
  });
  ema.dispose();
  expect(memory().numTensors).toBe(before);
  expect(() => new Ema(new Map([["w", new Param([1], () => new Float32Array(1))]]))).toThrow("call init");
});
