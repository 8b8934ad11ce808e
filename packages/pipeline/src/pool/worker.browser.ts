import type { ToWorker } from "./messages.ts";
import { serve } from "./serve.ts";

const scope = globalThis as unknown as Worker;
const answer = serve((message, transfer = []) => scope.postMessage(message, transfer));
scope.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => answer(data));
