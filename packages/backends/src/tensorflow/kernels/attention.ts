import type { Tensor3D } from "@tensorflow/tfjs-core";
import { MASKED_SCORE, type Placed, type PlacedInputs, type attentionOp, type selfAttentionOp } from "@tessera/core";
import { type Chain, chained } from "../chain.ts";
import type { Kernel } from "../kernel.ts";
import type { Handle } from "../library.ts";
import { product } from "../precision.ts";

function masked(chain: Chain, scores: Handle, mask: Placed<Tensor3D>): Handle {
  const [b, n, m] = mask.shape;
  const allowed = chain.cast(chain.of(mask), chain.backend.binding.TF_BOOL);
  return chain.run("SelectV2", [chain.reshape(allowed, [b, 1, n, m]), scores, chain.scalar(MASKED_SCORE)]);
}

/** q, k, v [b, h, n or m, d] -> [b, n, h·d] */
function attended(
  chain: Chain,
  q: Handle,
  k: Handle,
  v: Handle,
  scale: number,
  { bias, mask }: Pick<PlacedInputs<typeof attentionOp>, "bias" | "mask">,
): Handle {
  const [b, h, n, d] = q.shape as [number, number, number, number];
  // The queries are scaled rather than the products, of which there are more.
  let scores = product(chain, chain.run("Mul", [q, chain.scalar(scale)]), k, { transposed: true }); // [b, h, n, m]
  if (bias) scores = chain.run("AddV2", [scores, chain.of(bias)]);
  if (mask) scores = masked(chain, scores, mask);
  const mixed = product(chain, chain.run("Softmax", [scores]), v); // [b, h, n, d]
  return chain.reshape(chain.transpose(mixed, [0, 2, 1, 3]), [b, n, h * d]);
}

export const attention: Kernel<typeof attentionOp> = {
  run: (backend, { q, k, v, ...rest }, { heads, scale }) =>
    chained(backend, (chain) => {
      const split = (x: Placed<Tensor3D>) => {
        const [b, n, width] = x.shape;
        return chain.transpose(chain.reshape(chain.of(x), [b, n, heads, width / heads]), [0, 2, 1, 3]);
      };
      return attended(chain, split(q), split(k), split(v), scale, rest);
    }),
};

export const selfAttention: Kernel<typeof selfAttentionOp> = {
  run: (backend, { qkv, ...rest }, { heads, scale }) =>
    chained(backend, (chain) => {
      const [b, n, packed] = qkv.shape;
      const split = chain.reshape(chain.of(qkv), [b, n, 3, heads, packed / 3 / heads]);
      const stacked = chain.transpose(split, [2, 0, 3, 1, 4]); // [3, b, h, n, d]
      const [q, k, v] = chain.runAll("Unpack", [stacked], { num: 3, axis: 0 }, 3);
      return attended(chain, q, k!, v!, scale, rest);
    }),
};
