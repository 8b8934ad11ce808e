import { failureOf } from "@tessera/core";
import type { FromWorker, ToWorker } from "./worker-pool.ts";
import { runJob } from "./job.ts";
import { type Prepare, prepareBy } from "./recipe.ts";

/** A worker's side: does the jobs that it is sent, and answers with their arrays, which it gives away. */
export function serveJobs(answer: (message: FromWorker, transfer: ArrayBuffer[]) => void): (message: ToWorker) => void {
  let prepare: Prepare;
  return (message) => {
    if ("recipe" in message) {
      prepare = prepareBy(message.recipe);
      return;
    }
    const { id, job } = message;
    runJob(job, prepare).then(
      (result) => answer({ id, result }, [result.images.buffer as ArrayBuffer]),
      (error: unknown) => answer({ id, failure: failureOf(error) }, []),
    );
  };
}
