import { useBackend } from "@tessera/backends";
import { failureOf } from "@tessera/core";
import type { ImageInput } from "@tessera/data";
import type { LoadModelOptions, ModelSpec } from "../source/load-model.ts";
import { type ModelRunner, modelRunner } from "../tasks/runner.ts";
import type { FromWorker, Row, Start, ToWorker, Work } from "./messages.ts";
import { received } from "./sendable.ts";

type Answer = (message: FromWorker, transfer?: ArrayBuffer[]) => void;

/** A worker's side: loads a model, and does what it is asked for; numbers are given away. */
export function serve(answer: Answer): (message: ToWorker) => void {
  let runner: Promise<ModelRunner>;
  const underWay = new Map<number, AbortController>();

  async function work(id: number, asked: Work): Promise<void> {
    const controller = new AbortController();
    underWay.set(id, controller);
    try {
      if ("warmUp" in asked) {
        const onProgress = (compiling: { compiled: number; total: number }) => answer({ id, compiling });
        await (await runner).warmUp({ ...asked.warmUp, onProgress, signal: controller.signal });
        answer({ id, rows: [] });
      } else {
        const rows = await rowsOf(await runner, asked, controller.signal);
        answer(
          { id, rows },
          rows.flatMap((row) => ("values" in row ? [row.values.buffer as ArrayBuffer] : [])),
        );
      }
    } catch (error) {
      answer({ id, failure: failureOf(error) });
    } finally {
      underWay.delete(id);
      if ("inputs" in asked) for (const input of asked.inputs) close(input);
    }
  }

  return (message) => {
    if ("cancel" in message) underWay.get(message.cancel)?.abort();
    else if ("work" in message) void work(message.id, message.work);
    else {
      runner = load(message.start, answer);
      runner.then(
        ({ facts }) => answer({ ready: facts }),
        (error: unknown) => answer({ unable: failureOf(error) }),
      );
    }
  };
}

async function load({ task, spec, options, backend, settings }: Start, answer: Answer): Promise<ModelRunner> {
  await useBackend(backend, settings);
  const { weights, ...others } = options;
  return modelRunner(task, received(spec) as ModelSpec | undefined, {
    ...others,
    ...(weights && { weights: received(weights) as LoadModelOptions["weights"] }),
    onProgress: (loading) => answer({ loading }),
    onWarning: (warning) => answer({ warning }),
  });
}

async function rowsOf(
  runner: ModelRunner,
  { inputs, tta, gpuPreprocessing }: Extract<Work, { inputs: unknown }>,
  signal: AbortSignal,
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const outcome of runner.run(inputs, { batchSize: inputs.length, tta, gpuPreprocessing, signal }))
    rows.push(outcome.error ? { failure: failureOf(outcome.error) } : { values: outcome.values, ms: outcome.ms });
  return rows;
}

/** A bitmap that was given away is this thread's to close. */
function close(input: ImageInput): void {
  if (typeof ImageBitmap === "function" && input instanceof ImageBitmap) input.close();
}
