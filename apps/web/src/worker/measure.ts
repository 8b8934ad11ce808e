import { type Tensor4D, randomNormal } from "@tensorflow/tfjs-core";
import type { Measured, Setup } from "./calls.ts";
import { type CallOptions, prepare, warmUpBatch } from "./session.ts";
import { yieldToMessages } from "./yield-to-messages.ts";

/** Runs of a measurement end after this many seconds, but not before the third. */
const longest = 20;

/** Times forwards one by one: from a batch in the backend's memory to logits in ours. */
export async function measure(
  { setup, batch, runs }: { setup: Setup; batch: number; runs: number },
  options: CallOptions,
): Promise<Measured> {
  const session = await prepare(setup, options);
  await warmUpBatch(session, batch, options);
  const images: Tensor4D = randomNormal([batch, ...session.ready.imageSize, 3], 0, 1, "float32", 1);
  const times: number[] = [];
  try {
    const begin = performance.now();
    while (times.length < runs && (times.length < 3 || performance.now() - begin < longest * 1000)) {
      options.onProgress({ stage: "Measuring", share: times.length / runs });
      await yieldToMessages();
      options.signal.throwIfAborted();
      const start = performance.now();
      const output = session.forward(images);
      await output.data();
      times.push(performance.now() - start);
      output.dispose();
    }
  } finally {
    images.dispose();
  }
  return { ready: session.ready, batch, threads: await threadsOf(session.ready.backend), runs: times };
}

async function threadsOf(backend: string): Promise<number | undefined> {
  if (backend === "cpu") return 1;
  if (backend !== "wasm") return undefined;
  const { getThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  return Math.max(1, getThreadsCount());
}
