import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Chain, chained } from "../chain.ts";
import type { Inputs, Kernel } from "../kernel.ts";
import type { Handle } from "../library.ts";
import { product } from "../precision.ts";

interface Attrs {
  heads: number;
  scale: number;
}

/** As in the composed definition. */
const MASKED = -1e9;

function masked(chain: Chain, scores: Handle, mask: TensorInfo): Handle {
  const [b, n, m] = mask.shape as [number, number, number];
  const allowed = chain.cast(chain.of(mask), chain.backend.binding.TF_BOOL);
  return chain.run("SelectV2", [chain.reshape(allowed, [b, 1, n, m]), scores, chain.scalar(MASKED)]);
}

/** q, k, v [b, h, n or m, d] -> [b, n, h·d] */
function attended(chain: Chain, q: Handle, k: Handle, v: Handle, scale: number, { bias, mask }: Inputs): Handle {
  const [b, h, n, d] = q.shape as [number, number, number, number];
  // The queries are scaled rather than the products, of which there are more.
  let scores = product(chain, chain.run("Mul", [q, chain.scalar(scale)]), k, { transposed: true }); // [b, h, n, m]
  if (bias) scores = chain.run("AddV2", [scores, chain.of(bias)]);
  if (mask) scores = masked(chain, scores, mask);
  const mixed = product(chain, chain.run("Softmax", [scores]), v); // [b, h, n, d]
  return chain.reshape(chain.transpose(mixed, [0, 2, 1, 3]), [b, n, h * d]);
}

export const attention: Kernel<Attrs> = {
  name: "TesseraAttention",
  run: (backend, { q, k, v, ...rest }, { heads, scale }) =>
    chained(backend, (chain) => {
      const [queries, keys, values] = [q!, k!, v!].map((x) => {
        const [b, n, width] = x.shape as [number, number, number];
        return chain.transpose(chain.reshape(chain.of(x), [b, n, heads, width / heads]), [0, 2, 1, 3]);
      }) as [Handle, Handle, Handle];
      return attended(chain, queries, keys, values, scale, rest);
    }),
};

export const selfAttention: Kernel<Attrs> = {
  name: "TesseraSelfAttention",
  run: (backend, { qkv, ...rest }, { heads, scale }) =>
    chained(backend, (chain) => {
      const [b, n, packed] = qkv!.shape as [number, number, number];
      const split = chain.reshape(chain.of(qkv!), [b, n, 3, heads, packed / 3 / heads]);
      const stacked = chain.transpose(split, [2, 0, 3, 1, 4]); // [3, b, h, n, d]
      const [q, k, v] = chain.runAll("Unpack", [stacked], { num: 3, axis: 0 }, 3);
      return attended(chain, q, k!, v!, scale, rest);
    }),
};
