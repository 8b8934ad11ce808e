import { parentPort } from "node:worker_threads";
import { serveJobs } from "./serve-jobs.ts";

parentPort!.on(
  "message",
  serveJobs((message, transfer) => parentPort!.postMessage(message, transfer)),
);
