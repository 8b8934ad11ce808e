import { type Tensor, getBackend, memory, ones, tensor, tidy, zeros } from "@tensorflow/tfjs-core";
import { Param, sumOfSquares } from "@tessera/core";
import { expectNoLeak, readGoldens, restore } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { adam, adamW } from "./adam.ts";
import { lamb } from "./lamb.ts";
import { lars } from "./lars.ts";
import { muon } from "./muon.ts";
import type { Optimizer, ParamGroups } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

const goldens = await readGoldens(new URL("../__fixtures__/training_optimizers.safetensors", import.meta.url));
const rates = [...goldens.get("lrs").data];
const tight = { rtol: 1e-4, atol: 1e-6 };

type Params = Map<string, Param>;

function start(names = ["tall", "wide", "bias", "conv"]): Params {
  return new Map(
    names.map((name) => {
      const { shape, data } = goldens.get(`start/${name}`);
      const param = new Param(shape, () => new Float32Array());
      param.set(data as Float32Array);
      return [name, param];
    }),
  );
}

const gradientsOf = (step: number, params: Params) =>
  new Map([...params.keys()].map((name) => [name, restore(goldens.get(`grad/${step}/${name}`))]));

/** Weight decay for all but the bias. */
const groups = (weightDecay: number): ParamGroups =>
  new Map(["tall", "wide", "bias", "conv"].map((name) => [name, { rateScale: 1, weightDecay: name === "bias" ? 0 : weightDecay }])); // prettier-ignore

interface Case {
  clipped?: boolean;
  names?: string[];
}
const matrices = { names: ["tall", "wide"] };

const cases: [string, (params: Params) => Optimizer, Case?][] = [
  ["sgd", (params) => sgd(params)],
  ["sgd_momentum", (params) => sgd(params, { momentum: 0.9, weightDecay: 0.01 })],
  ["sgd_nesterov", (params) => sgd(params, { momentum: 0.9, nesterov: true, weightDecay: 0.01 })],
  ["sgd_dampening", (params) => sgd(params, { momentum: 0.9, dampening: 0.1 })],
  ["adam", (params) => adam(params, { weightDecay: 0.01 })],
  ["adamw", (params) => adamW(params, { weightDecay: 0.05 })],
  ["lamb", (params) => lamb(params, { groups: groups(0.05) }), { clipped: true }],
  ["lamb_noclip", (params) => lamb(params, { groups: groups(0.05) })],
  [
    "lamb_always_adapt_trust_clip",
    (params) => lamb(params, { groups: groups(0.05), alwaysAdapt: true, trustClip: true }),
    { clipped: true },
  ],
  ["lamb_decoupled", (params) => lamb(params, { groups: groups(0.05), decoupled: true }), { clipped: true }],
  ["lars", (params) => lars(params, { groups: groups(0.01) })],
  ["lars_mae", (params) => lars(params, { weightDecay: 0.01, form: "mae" })],
  ["muon", (params) => muon(params, { weightDecay: 0.1, adjust: "original" }), matrices],
  ["muon_match_rms_adamw", (params) => muon(params, { weightDecay: 0.1 }), matrices],
  ["muon_no_nesterov", (params) => muon(params, { nesterov: false, adjust: "original" }), matrices],
];

/** timm's LAMB clips by itself, and without what others add to the norm. */
async function clipScale(gradients: ReadonlyMap<string, Tensor>): Promise<number> {
  const [square] = await sumOfSquares([...gradients.values()]).data();
  return 1 / Math.max(1, Math.sqrt(square!));
}

describe("is the reference's at every step:", () => {
  test.each(cases)("%s", async (name, make, { clipped = false, names } = {}) => {
    const params = start(names);
    const optimizer = make(params);
    for (const [step, rate] of rates.entries()) {
      const gradients = gradientsOf(step, params);
      optimizer.step(gradients, rate, clipped ? { scale: await clipScale(gradients) } : {});
      for (const [path, { value }] of params) {
        await expect(value, `${path} after ${step}`).toBeAllClose(goldens.get(`${name}/${step}/${path}`), tight);
      }
    }
    expect(optimizer.steps).toBe(rates.length);
    optimizer.dispose();
  });

  test.each(cases)("%s, saved and restored on the way", async (name, make, { clipped = false, names } = {}) => {
    const params = start(names);
    let optimizer = make(params);
    for (const [step, rate] of rates.entries()) {
      const gradients = gradientsOf(step, params);
      optimizer.step(gradients, rate, clipped ? { scale: await clipScale(gradients) } : {});
      const other = make(params);
      other.restore(optimizer.state(), optimizer.steps);
      optimizer.dispose();
      optimizer = other;
    }
    for (const [path, { value }] of params) await expect(value).toBeAllClose(goldens.get(`${name}/4/${path}`), tight);
    optimizer.dispose();
  });
});

test.each(cases)("%s leaves no tensor behind but its state", async (_, make, { names } = {}) => {
  const params = start(names);
  const gradients = gradientsOf(1, params);
  const before = memory().numTensors;
  const optimizer = make(params);
  optimizer.step(gradients, 0.1);
  expect(memory().numTensors).toBe(before + optimizer.state().size);
  await expectNoLeak(() => optimizer.step(gradients, 0.1));
  await expectNoLeak(() => tidy(() => optimizer.step(gradients, 0.1)));
  optimizer.dispose();
  expect(memory().numTensors).toBe(before);
});

test("Muon is near PyTorch's, which computes in bfloat16", async () => {
  const params = start(["tall", "wide"]);
  const optimizer = muon(params, { weightDecay: 0.1, adjust: "original" });
  for (const [step, rate] of rates.entries()) optimizer.step(gradientsOf(step, params), rate);
  for (const [path, { value }] of params)
    await expect(value).toBeAllClose(goldens.get(`muon_bfloat16/4/${path}`), { rtol: 0, atol: 2e-3 });
});

test("Muon updates hidden matrices, AdamW the rest", async () => {
  const params = start();
  const both = new Map([["blocks.0.weight", params.get("tall")!], ["head.weight", params.get("wide")!], ["bias", params.get("bias")!], ["conv", params.get("conv")!]]); // prettier-ignore
  const optimizer = muon(both, { weightDecay: 0.05 });
  const slopes = gradientsOf(0, params);
  optimizer.step(new Map([["head.weight", slopes.get("wide")!], ["bias", slopes.get("bias")!], ["blocks.0.weight", slopes.get("tall")!], ["conv", slopes.get("conv")!]]), rates[0]!); // prettier-ignore
  for (const path of ["wide", "bias"])
    await expect(params.get(path)!.value).toBeAllClose(goldens.get(`adamw/0/${path}`), tight);
  expect([...optimizer.state().keys()].sort()).toEqual([
    "exp_avg/bias",
    "exp_avg/head.weight",
    "exp_avg_sq/bias",
    "exp_avg_sq/head.weight",
    "momentum_buffer/blocks.0.weight",
    "momentum_buffer/conv",
  ]);
  expect(() => muon(params, { isHidden: () => true })).toThrow("muon: expected matrices, got bias of shape [6]");
});

const valuesOf = async (values: Tensor) => [...(await values.data())];

test("a rate of a group's own, and a scale of the gradients", async () => {
  const params = start(["tall", "bias"]);
  const optimizer = sgd(params, { groups: new Map([["bias", { rateScale: 0.5, weightDecay: 0.2 }]]) });
  const gradients = gradientsOf(0, params);
  const bias = await valuesOf(gradients.get("bias")!);
  const old = await valuesOf(params.get("bias")!.value);
  optimizer.step(new Map([["bias", gradients.get("bias")!]]), 0.1, { scale: 3 });
  await expect(params.get("bias")!.value).toBeAllClose(old.map((w, i) => w - 0.05 * (3 * bias[i]! + 0.2 * w)));
  await expect(params.get("tall")!.value).toBeAllClose(goldens.get("start/tall"), { rtol: 0, atol: 0 });
});

test("tensors that others hold keep their values", async () => {
  const params = start(["tall"]);
  const optimizer = adamW(params);
  const gradients = gradientsOf(0, params);
  optimizer.step(gradients, 0.1);
  const held = [params.get("tall")!.value.clone(), ...[...optimizer.state().values()].map((kept) => kept.clone())];
  const read = await params.get("tall")!.value.data();
  const seen = read.slice();
  const copies = await Promise.all(held.map(valuesOf));
  for (let step = 0; step < 3; step++) optimizer.step(gradients, 0.1);
  expect(await Promise.all(held.map(valuesOf))).toEqual(copies);
  expect([...read]).toEqual([...seen]);
  expect(await valuesOf(params.get("tall")!.value)).not.toEqual([...seen]);
});

test("what does not fit is refused before anything changes", () => {
  const params = start(["tall", "bias"]);
  const optimizer = adam(params);
  const before = params.get("tall")!.value.dataId;
  const tall = zeros([6, 4]);
  const step = (path: string, gradient: Tensor) => () =>
    optimizer.step(new Map([["tall", tall], [path, gradient]]), 0.1); // prettier-ignore
  expect(step("wide", zeros([4, 6]))).toThrow(
    "adam.step: expected gradients of the model's parameters, got one of wide",
  );
  expect(step("bias", ones([5]))).toThrow("adam.step: expected a gradient of bias of shape [6], got [5]");
  expect(() => optimizer.restore(new Map([["exp_avg/tall", zeros([6, 4])], ["exp_avg/wide", zeros([1])]]), 3)).toThrow(
    "adam.restore: expected the state of this optimiser for this model, got another's:\n" +
      "  exp_avg_sq/tall: expected [6, 4], got nothing\n  exp_avg/wide: expected nothing, got [1]",
  ); // prettier-ignore
  expect(params.get("tall")!.value.dataId).toBe(before);
  expect([optimizer.steps, optimizer.state().size]).toEqual([0, 0]);
  expect(() => sgd(params, { nesterov: true })).toThrow("sgd: expected momentum without dampening for nesterov");
});

// WGSL and GLSL may compute as if there were no NaN.
test.skipIf(getBackend().startsWith("webg"))("a gradient that is NaN shows", async () => {
  for (const make of [sgd, adamW, lamb, lars, muon]) {
    const params = start(["bias"]);
    const optimizer = make(params, { weightDecay: 0.1 });
    optimizer.step(new Map([["bias", tensor([1, 2, Number.NaN, 4, 5, 6])]]), 0.1);
    expect(Number.isNaN((await valuesOf(params.get("bias")!.value))[2]), make.name).toBe(true);
  }
});
