// Parity with timm and PyTorch, values and gradients of every parameter and input, of layers that the goldens of
// packages/vit do not reach. See __fixtures__/README.md.
import {
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  grads as gradientsOf,
  mul,
  sum,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { readGoldens, restore } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import type { Module } from "../module.ts";
import { RelativePositionBias } from "../positions/relative-bias.ts";
import { Rotary2d } from "../positions/rotary.ts";
import { Attention } from "./attention.ts";
import { CrossAttention } from "./cross-attention.ts";
import { EncoderBlock } from "./encoder-block.ts";
import { RmsNorm } from "./layer-norm.ts";
import { SwiGlu } from "./mlp.ts";
import { PatchEmbed } from "./patch-embed.ts";

const goldens = await readGoldens(new URL("../__fixtures__/layers.safetensors", import.meta.url));
const stored = (name: string): Tensor => restore(goldens.get(name));

interface Case {
  module: Module;
  /** Names of the inputs, in order. @default ["input"] */
  inputs?: string[];
  forward: (...inputs: Tensor[]) => Tensor;
}

const causal = (): Tensor3D => {
  const rows = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (__, j) => (j <= i ? 1 : 0)));
  return restore({ shape: [1, 5, 5], data: Float32Array.from(rows.flat()) }) as Tensor3D;
};

function relative(prefix: 0 | 1): Case {
  const module = new Attention({
    width: 8,
    heads: 2,
    relPos: new RelativePositionBias({ window: [2, 3], heads: 2, prefix }),
  });
  return { module, forward: (x) => module.forward(x as Tensor3D) };
}

function rotary(reference?: [number, number]): Case {
  const turn = new Rotary2d({ grid: [2, 3], headWidth: 8, prefix: 1, reference });
  const module = new Attention({ width: 16, heads: 2, rotary: turn });
  return { module, forward: (x) => module.forward(x as Tensor3D) };
}

function convolution(name: string): Case {
  const [, , ...geometry] = goldens.get(`${name}/geometry`).data;
  const [patchH = 1, patchW = 1, strideH = 1, strideW = 1, padH = 0, padW = 0] = geometry;
  const [, h = 1, w = 1] = goldens.get(`${name}/input`).shape;
  const whole = strideH !== patchH || h % patchH === 0;
  const module = new PatchEmbed({
    // Of an image that whole patches do not cover, a convolution ignores the rest; a patch embedding refuses it.
    imageSize: whole ? [h, w] : [h - (h % patchH), w - (w % patchW)],
    patchSize: [patchH, patchW],
    stride: [strideH, strideW],
    padding: [padH, padW],
    width: 4,
  });
  return { module, forward: (x) => module.forward(x as Tensor4D) };
}

const cases: Record<string, () => Case> = {
  swiglu: () => {
    const module = new SwiGlu({ width: 8, hidden: 6 });
    return { module, forward: (x) => module.forward(x as Tensor3D) };
  },
  rms_norm: () => {
    const module = new RmsNorm(8, 1e-6);
    return { module, forward: (x) => module.forward(x) };
  },
  post_norm: () => {
    const module = new EncoderBlock({ width: 8, heads: 2, mlpDim: 16, order: "post" });
    return { module, forward: (x) => module.forward(x as Tensor3D) };
  },
  cross: () => {
    const module = new CrossAttention({ width: 8, heads: 2, memoryWidth: 6 });
    const mask = stored("cross/mask") as Tensor3D;
    return {
      module,
      inputs: ["input", "memory"],
      forward: (x, memory) => module.forward(x as Tensor3D, {}, { memory: memory as Tensor3D, mask }),
    };
  },
  causal: () => {
    const module = new Attention({ width: 8, heads: 2 });
    return { module, forward: (x) => module.forward(x as Tensor3D, {}, { mask: causal() }) };
  },
  relative0: () => relative(0),
  relative1: () => relative(1),
  rotary: () => rotary(),
  rotary_reference: () => rotary([4, 6]),
  conv_plain: () => convolution("conv_plain"),
  conv_overlap: () => convolution("conv_overlap"),
  conv_rectangle: () => convolution("conv_rectangle"),
  conv_apart: () => convolution("conv_apart"),
  conv_coprime: () => convolution("conv_coprime"),
};

describe.each(Object.entries(cases))("%s", (name, make) => {
  const weights = (): Record<string, Tensor> => {
    const prefix = `${name}/weights/`;
    const paths = [...goldens.tensors.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
    return Object.fromEntries(paths.map((path) => [path, stored(prefix + path)]));
  };

  test("gives the reference's values", async () => {
    const { module, inputs = ["input"], forward } = make();
    await module.load(weights());
    await expect(forward(...inputs.map((input) => stored(`${name}/${input}`)))).toBeAllClose(
      goldens.get(`${name}/output`),
    );
    module.dispose();
  });

  test("gives the reference's gradients", async () => {
    const { module, inputs = ["input"], forward } = make();
    await module.load(weights());
    const given = inputs.map((input) => stored(`${name}/${input}`));
    const probe = stored(`${name}/probe`);
    const { grads } = variableGrads(() => sum(mul(forward(...given), probe)));
    for (const [path, param] of module.params()) {
      await expect(grads[param.value.name]!, path).toBeAllClose(goldens.get(`${name}/grads/${path}`));
    }
    const slopes = gradientsOf((...xs: Tensor[]) => forward(...xs))(given, probe);
    for (const [i, input] of inputs.entries()) {
      await expect(slopes[i]!, input).toBeAllClose(goldens.get(`${name}/d${input}`));
    }
    module.dispose();
  });
});
