import { memory } from "@tensorflow/tfjs-core";

export interface LeakOptions {
  /** @default 3 */
  runs?: number;
  /** Runs before counting begins, in which caches may fill. @default 1 */
  warmup?: number;
}

/** Fails when runs of `fn` leave tensors or bytes behind. What `fn` makes, `fn` must dispose of. */
export async function expectNoLeak(fn: () => unknown, { runs = 3, warmup = 1 }: LeakOptions = {}): Promise<void> {
  for (let run = 0; run < warmup; run++) await fn();
  const before = memory();
  for (let run = 0; run < runs; run++) await fn();
  const after = memory();
  const leaks = (["numTensors", "numDataBuffers", "numBytes"] as const)
    .filter((what) => after[what] !== before[what])
    .map((what) => `${what} ${before[what]} -> ${after[what]}`);
  if (leaks.length > 0)
    throw new Error(`expectNoLeak: expected nothing left after ${runs} runs, got ${leaks.join(", ")}`);
}
