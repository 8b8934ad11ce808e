import { type Tensor, getBackend, getKernel } from "@tensorflow/tfjs-core";
import { compileOp } from "./ops/compile.ts";
import { runOp } from "./ops/dispatch.ts";
import { replayOp } from "./ops/replay.ts";

export interface WarmUpOptions {
  /** Is called with how many of a GPU's programs are compiled, at the start and after each; not where nothing is compiled. */
  onProgress?: ((progress: { compiled: number; total: number }) => void) | undefined;
  /** Stops between two programs. */
  signal?: AbortSignal | undefined;
}

/**
 * Makes the first forwards as fast as later ones, without holding up anything else: has a GPU's programs compiled all at
 * once, then runs the forward until all is cached, and recorded where it is `replayed`. To find out which programs there
 * are, `forward` is called once without being computed; what it would keep for later calls is then not valid.
 * Op `compileOp`.
 */
export async function warmUp<I extends Tensor>(
  forward: (x: I) => Tensor,
  x: I,
  { onProgress, signal }: WarmUpOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  await compile(() => forward(x).dispose(), onProgress);
  // The first may fill caches; the two after it have to be alike to be recorded.
  const runs = getKernel(replayOp.name, getBackend()) ? 3 : 1;
  for (let run = 0; run < runs; run++) {
    signal?.throwIfAborted();
    const y = forward(x);
    try {
      await y.data();
    } finally {
      y.dispose();
    }
  }
}

async function compile(run: () => void, onProgress: WarmUpOptions["onProgress"]): Promise<void> {
  let pipelines: readonly Promise<void>[] = [];
  const wait = (promised: readonly Promise<void>[]) => void (pipelines = promised);
  runOp(compileOp, {}, { run, wait }, () => []);
  const total = pipelines.length;
  let compiled = 0;
  if (total > 0) onProgress?.({ compiled, total });
  await Promise.all(
    pipelines.map(async (pipeline) => {
      await pipeline;
      onProgress?.({ compiled: ++compiled, total });
    }),
  );
}
