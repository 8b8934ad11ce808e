import type { ToWorker } from "./worker-pool.ts";
import { serveJobs } from "./serve-jobs.ts";

const scope = globalThis as unknown as Worker;
const serve = serveJobs((message, transfer) => scope.postMessage(message, transfer));
scope.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => serve(data));
