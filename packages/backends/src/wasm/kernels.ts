import {
  type AttrsOf,
  type InputsOf,
  type OpDeclaration,
  type OutputOf,
  type PlacedOutput,
  attentionGradOp,
  attentionOp,
  linearGradOp,
  linearOp,
  registerOp,
  selfAttentionGradOp,
  selfAttentionOp,
} from "@tessera/core";
import { attentionByHead, attentionGradByHead, selfAttentionByHead, selfAttentionGradByHead } from "./attention.ts";
import { linearFast, linearGradFast } from "./linear.ts";

/**
 * tfjs-backend-wasm runs a matrix product through XNNPACK only if it is a single one with neither side transposed; every
 * other goes through plain loops, ten times slower. These kernels bring products into that form. Registers them, once.
 */
export function registerWasmKernels(): void {
  register(linearOp, ({ x, weight, ...after }, attrs) => linearFast(x, weight, { ...after, ...attrs }));
  register(linearGradOp, ({ dy, x, weight }, { wanted }) => linearGradFast(dy, x, weight, wanted));
  register(attentionOp, ({ q, k, v, ...extra }, attrs) => attentionByHead(q, k, v, { ...attrs, ...extra }));
  register(attentionGradOp, ({ dy, q, k, v, ...extra }, attrs) =>
    attentionGradByHead(dy, q, k, v, { ...attrs, ...extra }),
  );
  register(selfAttentionOp, ({ qkv, ...extra }, attrs) => selfAttentionByHead(qkv, { ...attrs, ...extra }));
  register(selfAttentionGradOp, ({ dy, qkv, ...extra }, attrs) =>
    selfAttentionGradByHead(dy, qkv, { ...attrs, ...extra }),
  );
}

/** They are made of tfjs's ops, so they take tensors and give such. */
function register<O extends OpDeclaration>(op: O, run: (inputs: InputsOf<O>, attrs: AttrsOf<O>) => OutputOf<O>): void {
  registerOp<O, unknown, InputsOf<O>>(op, "wasm", {
    run: (_, inputs, attrs) => run(inputs, attrs) as PlacedOutput<O>,
  });
}
