import type { WorkerOptions } from "../pool/options.ts";
import type { LoadModelOptions, ModelSpec } from "../source/load-model.ts";
import { type ModelRunner, type Runner, type Task, modelRunner } from "./runner.ts";

/**
 * A model in this thread, or in workers where some are asked for. What starts them is fetched then, and apart from `runner.ts`, which
 * they are made of: no bundler packs a worker that starts itself.
 */
export async function openRunner(
  task: Task,
  where: string,
  spec: ModelSpec | undefined,
  { workers, ...options }: LoadModelOptions & { workers?: number | WorkerOptions | undefined },
): Promise<Runner | ModelRunner> {
  if (workers === undefined) return modelRunner(task, spec, options);
  const { pooledRunner } = await import("../pool/pooled-runner.ts");
  return pooledRunner(task, where, spec, options, workers);
}
