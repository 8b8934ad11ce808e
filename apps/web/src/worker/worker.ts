import { listBackends } from "@tessera/backends";
import { variantNames } from "@tessera/pipeline";
import { answerCalls } from "../rpc/answer-calls.ts";
import { classify } from "./classify.ts";
import { compare } from "./compare.ts";
import { measure } from "./measure.ts";
import { prepare } from "./session.ts";
import type { WorkerCalls } from "./worker-calls.ts";

// The trainer, which most visits do without, too.
const teaching = () => import("./teaching.ts");

// Typed as a Worker, whose messages have the same shape at both ends: DOM's and workers' libraries cannot be had together.
answerCalls<WorkerCalls>(globalThis as unknown as Worker, {
  survey: async () => ({
    backends: await listBackends(),
    variants: await variantNames(),
    isolated: globalThis.crossOriginIsolated,
  }),
  prepare: async (setup, how) => (await prepare(setup, how)).ready,
  classify,
  // Its code is an eighth of the worker's, and most visits do without.
  lookInside: async (input, how) => (await import("./look-inside.ts")).lookInside(input, how),
  compare,
  measure,
  fetchTeaching: async () => void (await teaching()),
  read: async (input, how) => (await teaching()).read(input, how),
  teach: async (input, how) => (await teaching()).teach(input, how),
  tryLesson: async (input, how) => (await teaching()).tryLesson(input, how),
  writeLesson: async (input, how) => (await teaching()).writeLesson(input, how),
});
