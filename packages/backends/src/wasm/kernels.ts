import {
  type KernelFunc,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  getKernel,
  registerKernel,
} from "@tensorflow/tfjs-core";
import type { Activation } from "@tessera/core";
import { attentionByHead, attentionGradByHead, selfAttentionByHead, selfAttentionGradByHead } from "./attention.ts";
import { linearFast, linearGradFast } from "./linear.ts";

type Inputs = Record<string, Tensor>;

/**
 * tfjs-backend-wasm runs a matrix product through XNNPACK only if it is a single one with neither side transposed; every
 * other goes through plain loops, ten times slower. These kernels bring products into that form.
 */
const kernels: Record<string, (inputs: Inputs, attrs: Record<string, unknown>) => Tensor | Tensor[]> = {
  TesseraLinear: ({ x, weight, bias, scale, residual }, { activation }) =>
    linearFast(x!, weight as Tensor2D, {
      bias: bias as Tensor1D,
      scale: scale as Tensor1D,
      residual,
      activation: activation as Activation,
    }),
  TesseraLinearGrad: ({ dy, x, weight }, { wanted }) =>
    linearGradFast(dy!, x!, weight as Tensor2D, wanted as "x" | "weight" | "bias"),
  TesseraAttention: ({ q, k, v, ...rest }, attrs) =>
    attentionByHead(q as Tensor3D, k as Tensor3D, v as Tensor3D, { ...attrs, ...rest } as never),
  TesseraAttentionGrad: ({ dy, q, k, v, ...rest }, attrs) =>
    attentionGradByHead(dy as Tensor3D, q as Tensor3D, k as Tensor3D, v as Tensor3D, { ...attrs, ...rest } as never),
  TesseraSelfAttention: ({ qkv, ...rest }, attrs) =>
    selfAttentionByHead(qkv as Tensor3D, { ...attrs, ...rest } as never),
  TesseraSelfAttentionGrad: ({ dy, qkv, ...rest }, attrs) =>
    selfAttentionGradByHead(dy as Tensor3D, qkv as Tensor3D, { ...attrs, ...rest } as never),
};

/** Registers them, once. */
export function registerWasmKernels(): void {
  for (const [kernelName, run] of Object.entries(kernels)) {
    if (getKernel(kernelName, "wasm")) continue;
    const kernelFunc: KernelFunc = ({ inputs, attrs }) => run(inputs as Inputs, attrs as Record<string, unknown>);
    registerKernel({ kernelName, backendName: "wasm", kernelFunc });
  }
}
