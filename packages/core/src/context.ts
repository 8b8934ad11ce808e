import type { Tensor } from "@tensorflow/tfjs-core";
import { TesseraError } from "./errors.ts";
import type { Random } from "./random.ts";

/** Offers an intermediate value under its path; `compute` runs only if somebody asked for that path. */
export type Capture = (path: string, compute: () => Tensor) => void;

/** What a forward needs beyond its input. Empty by default: inference, nothing kept. */
export interface Context {
  /** Dropout and drop path act. @default false */
  readonly training?: boolean;
  /** Source of dropout's random numbers; needed while training with dropout or drop path. */
  readonly random?: Random;
  readonly capture?: Capture;
}

/** The context of a child: what it offers is captured under `name.` of the parent. */
export function within(ctx: Context, name: string): Context {
  const { capture } = ctx;
  if (!capture) return ctx;
  return { ...ctx, capture: (path, compute) => capture(path === "" ? name : `${name}.${path}`, compute) };
}

/** Offers a module's output under the module's own path, and hands it on. */
export function output<T extends Tensor>(ctx: Context, y: T): T {
  ctx.capture?.("", () => y);
  return y;
}

/** The random source of a training pass. @throws {TesseraError} if the context has none. */
export function randomOf(ctx: Context, where: string): Random {
  if (!ctx.random)
    throw new TesseraError(
      `${where}: expected a random source while training, got none; pass { training: true, random: new Random(seed) }`,
    );
  return ctx.random;
}
