// What a backend is asked for: with a kernel for each op, a block is eleven of them.
import {
  type KernelConfig,
  type Tensor,
  type Tensor4D,
  getBackend,
  getKernel,
  registerKernel,
  sum,
  unregisterKernel,
  variableGrads,
  zeros,
} from "@tensorflow/tfjs-core";
import { Random, capture } from "@tessera/core";
import { seeded } from "@tessera/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TntConfig } from "./config.ts";
import { Tnt } from "./model.ts";

const tiny: TntConfig = {
  imageSize: 16,
  patchSize: 8,
  width: 16,
  innerWidth: 8,
  depth: 1,
  heads: 2,
  innerHeads: 4,
  mlpDim: 32,
  classes: 0,
};

interface Call {
  kernel: string;
  inputs: Record<string, Tensor>;
  attrs: Record<string, unknown>;
}

const like =
  (name: string) =>
  ({ inputs }: Call) =>
    zeros(inputs[name]!.shape);

/** Zeros of the right shape. */
const results: Record<string, (call: Call) => Tensor | Tensor[]> = {
  TesseraTntInner: ({ inputs: { x }, attrs }) => {
    const [patches, m, c] = x!.shape as [number, number, number];
    return [zeros(x!.shape), zeros(attrs["legacy"] ? [patches, m, c] : [patches, m * c])];
  },
  TesseraTntMerge: like("tokens"),
  TesseraLayerNorm: like("x"),
  TesseraQueryKeyAttention: like("v"),
  TesseraLinear: ({ inputs: { x, weight } }) => zeros([...x!.shape.slice(0, -1), weight!.shape[0]!]),
};

const calls: Call[] = [];
let replaced: KernelConfig[] = [];

beforeEach(() => {
  const backendName = getBackend();
  replaced = Object.keys(results).flatMap((kernelName) => getKernel(kernelName, backendName) ?? []);
  for (const { kernelName } of replaced) unregisterKernel(kernelName, backendName);
  for (const [kernelName, result] of Object.entries(results)) {
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const call = { kernel: kernelName, inputs: inputs as Record<string, Tensor>, attrs: { ...attrs } };
        calls.push(call);
        return result(call);
      },
    });
  }
});

afterEach(() => {
  for (const kernelName of Object.keys(results)) unregisterKernel(kernelName, getBackend());
  for (const kernel of replaced) registerKernel(kernel);
  calls.length = 0;
});

function run(overrides: Partial<TntConfig> = {}): { model: Tnt; images: Tensor4D } {
  return {
    model: new Tnt({ ...tiny, ...overrides }).init(1),
    images: seeded(1).normals([1, 16, 16, 3]) as Tensor4D,
  };
}

/** Calls between the tokens' first layers, [linear, norm, linear, norm], and the final norm. */
function ofBlock(): string[] {
  return calls.slice(4, -1).map(({ kernel }) => kernel.replace("Tessera", ""));
}

test.each([false, true])("a block is eleven ops at inference, legacy %s", (legacy) => {
  const { model, images } = run({ legacy });
  model.forward(images);
  const outer = ["LayerNorm", "Linear", "Linear", "QueryKeyAttention", "Linear", "LayerNorm", "Linear", "Linear"];
  expect(ofBlock()).toEqual(["TntInner", "Linear", "TntMerge", ...outer]);
  model.dispose();
});

test("the inner kernel gets the words and every parameter that works on them, by its path", () => {
  for (const qkvBias of [false, true]) {
    const { model, images } = run({ qkvBias, epsilon: 1e-3 });
    calls.length = 0;
    model.forward(images);
    const { inputs, attrs } = calls.find(({ kernel }) => kernel === "TesseraTntInner")!;
    const inner = /^blocks\.0\.((norm_in|attn_in|norm_mlp_in|mlp_in|norm1_proj)\..*)$/;
    const paths = [...model.params().keys()].flatMap((path) => inner.exec(path)?.[1] ?? []);
    expect(Object.keys(inputs).sort()).toEqual(["x", ...paths].sort());
    expect(inputs["x"]!.shape).toEqual([4, 4, 8]);
    expect(inputs["mlp_in.fc1.weight"]!.shape).toEqual([32, 8]);
    expect(attrs).toEqual({ heads: 4, epsilon: 1e-3, activation: "gelu", legacy: false });
    model.dispose();
  }
});

test("the merging kernel gets tokens, what is joined, and the norm where there is one", () => {
  for (const legacy of [false, true]) {
    const { model, images } = run({ legacy });
    calls.length = 0;
    model.forward(images);
    const { inputs, attrs } = calls.find(({ kernel }) => kernel === "TesseraTntMerge")!;
    const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
    const both = { tokens: [1, 5, 16], joined: [1, 4, 16] };
    expect(shapes).toEqual(legacy ? both : { ...both, gamma: [16], beta: [16] });
    expect(attrs).toEqual(legacy ? {} : { epsilon: 1e-5 });
    model.dispose();
  }
});

test("neither is asked while gradients are recorded, parts are looked at, or branches dropped", () => {
  const whole = () => calls.filter(({ kernel }) => kernel.startsWith("TesseraTnt")).map(({ kernel }) => kernel);
  const { model, images } = run({ dropPath: 0.5, depth: 2 });
  capture(model, images, ["blocks.*"]);
  expect(whole()).toEqual([]);
  variableGrads(() => sum(model.forward(images)));
  expect(whole()).toEqual([]);
  // Of two blocks the first drops nothing.
  model.forward(images, { training: true, random: new Random(1) });
  expect(whole()).toEqual(["TesseraTntInner", "TesseraTntMerge", "TesseraTntMerge"]);
  model.dispose();
});
