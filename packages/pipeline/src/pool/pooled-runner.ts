import { currentBackend } from "@tessera/backends";
import { TesseraError, errorOf } from "@tessera/core";
import { availableThreads, startWorker } from "#start-worker";
import type { LoadModelOptions, ModelSpec } from "../source/load-model.ts";
import { type ImageInputs, type InputBatch, inputBatches } from "../tasks/inputs.ts";
import { type Outcome, type RunOptions, checkCount } from "../tasks/run.ts";
import type { Runner, Task } from "../tasks/runner.ts";
import { untilAborted } from "../tasks/until-aborted.ts";
import type { Start } from "./messages.ts";
import type { StartWorker } from "./model-worker.ts";
import { type WorkerOptions, workersOf } from "./options.ts";
import { type SentPicture, sent, sentPicture } from "./sendable.ts";
import { WorkerPool } from "./worker-pool.ts";

/**
 * A model in threads of its own.
 *
 * @param start how a thread is started; tests end one.
 * @throws {TesseraError} as `loadModel`, and for options that cannot be sent to another thread.
 */
export async function pooledRunner(
  task: Task,
  where: string,
  spec: ModelSpec | undefined,
  { signal, onProgress, onWarning, weights, hub, ...options }: LoadModelOptions,
  workers: number | WorkerOptions,
  start: StartWorker = startWorker,
): Promise<Runner> {
  const { count, queue, ...place } = workersOf(where, workers);
  // Callbacks stay here; what a worker fetches is told tensor by tensor.
  const { signal: _signal, onProgress: _onProgress, ...sentHub } = hub ?? {};
  const { pool, facts } = await WorkerPool.open(
    {
      where,
      count,
      queue,
      startWorker: start,
      onLoading: onProgress,
      onWarning,
      start: {
        task,
        spec: sent(spec),
        options: { ...options, hub: sentHub, ...(weights !== undefined && { weights: sent(weights) }) },
        ...placed(place, count),
      },
    },
    signal,
  );
  return {
    facts,
    run: (inputs, how) => runInPool(pool, 2 * count, inputs, how),
    async warmUp({ onProgress: onCompiling, signal: stop, ...how }) {
      checkCount("batchSize", how.batchSize ?? 1);
      await untilAborted(pool.warmUp({ warmUp: how }, onCompiling, stop), stop);
    },
    dispose: () => pool.close(),
  };
}

/** Where workers run: as asked for, else as this thread does. */
function placed(
  { backend, precision, threads, wasmPath }: Omit<WorkerOptions, "count" | "queue">,
  count: number,
): Pick<Start, "backend" | "settings"> {
  const here = currentBackend();
  const folder = wasmPath ?? here?.wasmPath;
  return {
    backend: backend ?? here?.name ?? "auto",
    settings: {
      precision: precision ?? (backend === undefined ? here?.precision : undefined),
      threads: threads ?? (count > 1 ? Math.max(1, Math.floor(availableThreads() / count)) : here?.threads),
      // A worker's own address is not the page's.
      wasmPath: folder !== undefined && "document" in globalThis ? new URL(folder, document.baseURI).href : folder,
    },
  };
}

/** `run` in workers: in order, with as many batches under way as keep all of them busy, and none asked for before it is needed. */
async function* runInPool(
  pool: WorkerPool,
  underWay: number,
  images: ImageInputs,
  { batchSize = 8, signal, ...how }: RunOptions,
): AsyncGenerator<Outcome> {
  checkCount("batchSize", batchSize);
  signal?.throwIfAborted();
  const stop = new AbortController();
  const abort = () => stop.abort(signal!.reason);
  signal?.addEventListener("abort", abort);
  const batches = inputBatches(images, batchSize);
  const answers: Promise<Outcome[] | undefined>[] = [];
  const ask = () => {
    const answer = batches.next().then(({ value }) => value && outcomesOf(pool, value, how, stop.signal));
    // Whoever stops early does not hear of the rest.
    answer.catch(() => undefined);
    answers.push(answer);
  };
  try {
    while (answers.length < underWay) ask();
    for (;;) {
      const outcomes = await untilAborted(answers.shift()!, signal);
      if (!outcomes) return;
      ask();
      yield* outcomes;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    stop.abort(new TesseraError("run: expected to be read to its end, got stopped"));
    void batches.return(undefined);
  }
}

/** What becomes of a batch. A picture that cannot be sent fails alone. */
async function outcomesOf(
  pool: WorkerPool,
  { first, inputs }: InputBatch,
  how: Pick<RunOptions, "tta" | "gpuPreprocessing">,
  signal: AbortSignal,
): Promise<Outcome[]> {
  const pictures = await Promise.all(
    inputs.map((input): Promise<SentPicture | { error: Error }> =>
      sentPicture(input).catch((error: Error) => ({ error })),
    ),
  );
  const good = pictures.filter((picture) => "input" in picture);
  const rows =
    good.length === 0
      ? []
      : await pool.run(
          { inputs: good.map(({ input }) => input), ...how },
          good.flatMap(({ transfer }) => transfer),
          signal,
        );
  const row = rows.values();
  return pictures.map((picture, i): Outcome => {
    const [index, input] = [first + i, inputs[i]!];
    if ("error" in picture) return { index, input, error: picture.error };
    const found = row.next().value!;
    if ("failure" in found) return { index, input, error: errorOf(found.failure) };
    return { index, input, values: found.values, ms: found.ms };
  });
}
