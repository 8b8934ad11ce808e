import { WorkerClient } from "./rpc/worker-client.ts";
import type { WorkerCalls } from "./worker/worker-calls.ts";

/** Everything heavy: one worker, started when it is first needed. */
export const engine = new WorkerClient<WorkerCalls>(
  () => new Worker(new URL("./worker/worker.ts", import.meta.url), { type: "module", name: "tessera" }),
);
