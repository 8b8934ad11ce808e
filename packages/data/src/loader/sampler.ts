import { Random } from "@tessera/core";
import { shuffle } from "../datasets/subset.ts";

/** A picture in an epoch; with repeated augmentation it comes several times, each augmented by itself. */
export interface Sample {
  readonly index: number;
  /** 0 unless repeated. */
  readonly copy: number;
}

/**
 * The order of a training epoch: a permutation by seed and epoch. With `repeats` every picture comes so many times in a
 * row and an epoch is as long as without, so it sees fewer pictures (Hoffer et al. 2020, as DeiT samples).
 */
export function trainingOrder(length: number, epoch: number, seed: string, repeats = 1): Sample[] {
  const order = Uint32Array.from({ length }, (_, i) => i);
  shuffle(order, new Random(seed).fork("order").fork(epoch));
  return Array.from({ length }, (_, i) => ({ index: order[Math.floor(i / repeats)]!, copy: i % repeats }));
}

/** What a sample's augmentation draws from: fixed by seed, epoch and sample alone. */
export function sampleRandom(seed: string, epoch: number, { index, copy }: Sample): Random {
  return new Random(seed).fork(`augment/${epoch}/${index}/${copy}`);
}
