import {
  type Rank,
  type Tensor2D,
  type Tensor3D,
  concat,
  gather,
  reshape,
  tensor1d,
  tidy,
  zeros,
} from "@tensorflow/tfjs-core";
import { type Context, randomOf } from "../context.ts";
import { differentiable } from "../ops/dispatch.ts";
import type { Random } from "../random.ts";
import { checkRate } from "./dropout.ts";

/**
 * Leaves a share of each sample's patches out while training, others for each sample, and at least one in: Li et al. 2023, as
 * timm's PatchDropout. The rest keep their order, and the tokens before them stay.
 * [b, prefix + n, d] -> [b, prefix + max(1, ⌊n (1 − rate)⌋), d]
 */
export function patchDropout(x: Tensor3D, rate: number, prefix: number, ctx: Context): Tensor3D {
  if (!ctx.training || rate === 0) return x;
  checkRate(rate, "patchDropout");
  const [b, length, d] = x.shape;
  const kept = Math.max(1, Math.floor((length - prefix) * (1 - rate)));
  const random = randomOf(ctx, "patchDropout");
  const rows = Array.from({ length: b }, (_, sample) => {
    const patches = drawn(length - prefix, kept, random).map((patch) => prefix + patch);
    return [...Array(prefix).keys(), ...patches].map((token) => sample * length + token);
  }).flat();
  return tidy(() => reshape(pick(reshape(x, [b * length, d]), rows), [b, prefix + kept, d]));
}

/** `count` of the numbers below `limit`, in order. */
function drawn(limit: number, count: number, random: Random): number[] {
  const all = [...Array(limit).keys()];
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random.uniform() * (limit - i));
    [all[i], all[other]] = [all[other]!, all[i]!];
  }
  return all.slice(0, count).sort((one, other) => one - other);
}

/** Rows of x, each at most once; so its gradient is picked too, from those rows and one of zeros. */
function pick(x: Tensor2D, rows: readonly number[]): Tensor2D {
  const [length, d] = x.shape;
  return differentiable(
    { x },
    () => gather(x, tensor1d([...rows], "int32")),
    [],
    (dy) => ({
      x: () => {
        const places = new Int32Array(length).fill(rows.length);
        for (const [i, row] of rows.entries()) places[row] = i;
        return gather(concat([dy, zeros<Rank.R2>([1, d])]), tensor1d(places));
      },
    }),
  );
}
