import { type Tensor, mul, tensor, tidy } from "@tensorflow/tfjs-core";
import { type Context, randomOf } from "../context.ts";
import { TesseraError } from "../errors.ts";
import type { Random } from "../random.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** Drops single values with probability `rate` while training, and divides the others by 1 − rate: Srivastava et al. 2014. */
export function dropout<T extends Tensor>(x: T, rate: number, ctx: Context): T {
  if (!ctx.training || rate === 0) return x;
  checkRate(rate, "dropout");
  return tidy(() => mul(x, keepMask(x.shape, rate, randomOf(ctx, "dropout"))) as T);
}

/** Drops a residual branch for whole samples with probability `rate` while training: Huang et al. 2016. */
export function dropPath<T extends Tensor>(x: T, rate: number, ctx: Context): T {
  if (!ctx.training || rate === 0) return x;
  checkRate(rate, "dropPath");
  return tidy(
    () => mul(x, keepMask([x.shape[0]!, ...x.shape.slice(1).map(() => 1)], rate, randomOf(ctx, "dropPath"))) as T,
  );
}

/** Drop path's rate per block: from 0 at the first to `rate` at the last, or `rate` everywhere. */
export function dropPathRates(rate: number, depth: number, schedule: "linear" | "constant" = "linear"): number[] {
  checkRate(rate, "dropPathRates");
  return Array.from({ length: depth }, (_, i) =>
    schedule === "constant" || depth === 1 ? rate : (rate * i) / (depth - 1),
  );
}

function keepMask(shape: Shape, rate: number, random: Random): Tensor {
  const kept = Float32Array.from({ length: sizeOf(shape) }, () => (random.uniform() < rate ? 0 : 1 / (1 - rate)));
  return tensor(kept, [...shape]);
}

/** @throws {TesseraError} for what is no share of something that is left. */
export function checkRate(rate: number, where: string): void {
  if (!(rate >= 0 && rate < 1)) throw new TesseraError(`${where}: expected a rate from 0 to below 1, got ${rate}`);
}
