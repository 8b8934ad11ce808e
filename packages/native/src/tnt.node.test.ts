// The kernels of TNT blocks against core's ops one after the other.
import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  add,
  engine,
  getBackend,
  pad,
  reshape,
  setBackend,
  slice,
  tidy,
} from "@tensorflow/tfjs-core";
import { type Activation, attention, layerNorm, linear } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { afterEach, describe, expect, test } from "vitest";
import { type Given, expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";
import { configureNative } from "./index.ts";

interface Inner {
  patches: number;
  words: number;
  width: number;
  heads: number;
  hidden: number;
  legacy?: boolean;
  qkvBias?: boolean;
  activation?: Activation;
}

const names = [
  "x",
  "norm_in.weight",
  "norm_in.bias",
  "attn_in.qk.weight",
  "attn_in.v.weight",
  "attn_in.proj.weight",
  "attn_in.proj.bias",
  "norm_mlp_in.weight",
  "norm_mlp_in.bias",
  "mlp_in.fc1.weight",
  "mlp_in.fc1.bias",
  "mlp_in.fc2.weight",
  "mlp_in.fc2.bias",
  "norm1_proj.weight",
  "norm1_proj.bias",
  "attn_in.qk.bias",
  "attn_in.v.bias",
];

function inputsOf({ patches, words, width: c, hidden, legacy, qkvBias }: Inner): Given[] {
  const joined = legacy ? c : words * c;
  // prettier-ignore
  const shapes = [
    [patches, words, c], [c], [c], [2 * c, c], [c, c], [c, c], [c], [c], [c], [hidden, c], [hidden], [c, hidden], [c],
    [joined], [joined], ...(qkvBias ? [[2 * c], [c]] : []),
  ];
  return shapes.map((shape, i) => given(i + 1, shape, shape.length === 2 ? 1 / Math.sqrt(shape[1]!) : 1));
}

/** The kernel where the backend has it, else its definition. */
function inner({ heads, legacy = false, activation = "gelu" }: Inner, tensors: Tensor[]): Tensor[] {
  const inputs = Object.fromEntries(tensors.map((tensor, i) => [names[i]!, tensor]));
  const attrs = { heads, epsilon: 1e-5, activation, legacy };
  if (getBackend() === "native") return engine().runKernel("TesseraTntInner", inputs, attrs) as unknown as Tensor[];
  const norm = (x: Tensor, name: string) => {
    return layerNorm(x, inputs[`${name}.weight`] as Tensor1D, inputs[`${name}.bias`] as Tensor1D, 1e-5);
  };
  const layer = (x: Tensor, name: string, options: { activation?: Activation; residual?: Tensor } = {}) => {
    const bias = inputs[`${name}.bias`] as Tensor1D;
    return linear(x, inputs[`${name}.weight`] as Tensor2D, { ...options, ...(bias && { bias }) });
  };
  return tidy(() => {
    const x = inputs["x"] as Tensor3D;
    const [patches, words, c] = x.shape;
    const normal = norm(x, "norm_in");
    const qk = layer(normal, "attn_in.qk") as Tensor3D;
    const [q, k] = [0, c].map((from) => slice(qk, [0, 0, from], [patches, words, c])) as [Tensor3D, Tensor3D];
    const attended = attention(q, k, layer(normal, "attn_in.v") as Tensor3D, { heads });
    const mixed = layer(attended, "attn_in.proj", { residual: x });
    const hidden = layer(norm(mixed, "norm_mlp_in"), "mlp_in.fc1", { activation });
    const done = layer(hidden, "mlp_in.fc2", { residual: mixed });
    return [done, norm(legacy ? done : reshape(done, [patches, words * c]), "norm1_proj")];
  });
}

afterEach(() => configureNative({ precision: "f32" }));

const expectInner = (config: Inner, inputs = inputsOf(config)) =>
  expectSame((...tensors) => inner(config, tensors), inputs, { rtol: 1e-5, atol: 5e-5 });

describe.each(isas)("%s", (isa) => {
  test.each([
    [49, 16, 24, 4, 96],
    [7, 16, 40, 4, 160],
    [5, 16, 12, 2, 48],
    [1, 1, 1, 1, 1],
    [3, 9, 10, 5, 7],
    [4, 17, 33, 3, 65],
    [13, 31, 6, 1, 3],
    [2, 64, 8, 2, 32],
  ])("%i patches of %i words of %i channels, %i heads, %i hidden", async (patches, words, width, heads, hidden) => {
    useIsa(isa);
    for (const legacy of [false, true])
      await expectInner({ patches, words, width, heads, hidden, legacy, qkvBias: legacy });
  });

  test.each(["gelu_tanh", "quick_gelu", "relu", "silu"] as const)("%s", async (activation) => {
    useIsa(isa);
    await expectInner({ patches: 3, words: 16, width: 24, heads: 4, hidden: 96, activation });
  });

  test("a NaN and an infinity stay in their patches", async () => {
    useIsa(isa);
    const config = { patches: 6, words: 16, width: 24, heads: 4, hidden: 96 };
    const inputs = inputsOf(config);
    inputs[0]!.values[16 * 24 + 5] = Number.NaN;
    inputs[0]!.values[3 * 16 * 24 + 7] = Number.POSITIVE_INFINITY;
    await expectInner(config, inputs);
  });

  test("no patches", async () => {
    useIsa(isa);
    await expectInner({ patches: 0, words: 16, width: 24, heads: 4, hidden: 96 });
  });

  test("in bf16 the same, as the weights stay as they are", async () => {
    useIsa(isa);
    configureNative({ precision: "bf16" });
    await expectInner({ patches: 9, words: 16, width: 24, heads: 4, hidden: 96 });
  });

  test.each([
    [1, 196, 384],
    [2, 7, 15],
    [3, 1, 1],
    [2, 0, 8],
  ])("merging %i × %i words of %i channels into tokens, with and without a norm", async (b, patches, d) => {
    useIsa(isa);
    const merge = (tokens: Tensor, joined: Tensor, gamma?: Tensor, beta?: Tensor): Tensor => {
      if (getBackend() === "native") {
        const inputs = { tokens, joined, ...(gamma && { gamma, beta: beta! }) };
        return engine().runKernel("TesseraTntMerge", inputs, gamma ? { epsilon: 1e-5 } : {}) as unknown as Tensor;
      }
      const normal = gamma ? layerNorm(joined, gamma as Tensor1D, beta as Tensor1D, 1e-5) : joined;
      return tidy(() => add(tokens, pad(normal, [[0, 0], [1, 0], [0, 0]]))); // prettier-ignore
    };
    const both = [given(1, [b, patches + 1, d]), given(2, [b, patches, d])];
    await expectSame((tokens, joined) => merge(tokens!, joined!), both);
    await expectSame(
      (...parts) => merge(...(parts as [Tensor, Tensor, Tensor, Tensor])),
      [...both, given(3, [d]), given(4, [d])],
    );
  });
});

test("a block of words leaves no tensor behind", async () => {
  await setBackend("native");
  const config = { patches: 3, words: 16, width: 24, heads: 4, hidden: 96 };
  const tensors = inputsOf(config).map(({ shape, values }) => engine().makeTensor(values, shape, "float32"));
  await expectNoLeak(() => inner(config, tensors).forEach((output) => output.dispose()));
  for (const used of tensors) used.dispose();
});

test("heads that do not divide the width are refused", async () => {
  await setBackend("native");
  const tensors = inputsOf({ patches: 1, words: 2, width: 6, heads: 4, hidden: 3 }).map(({ shape, values }) =>
    engine().makeTensor(values, shape, "float32"),
  );
  expect(() => inner({ patches: 1, words: 2, width: 6, heads: 4, hidden: 3 }, tensors)).toThrow(
    /native tntInner: expected a width that is divisible by the heads/,
  );
  for (const used of tensors) used.dispose();
});
