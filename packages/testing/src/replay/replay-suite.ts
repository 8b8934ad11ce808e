import { describe } from "vitest";
import { testChanges } from "./changes.ts";
import { testEdges } from "./edges.ts";
import { type MemoryOptions, testMemory } from "./memory.ts";
import { testRepeats } from "./repeats.ts";
import { replayChecks } from "./replay-checks.ts";
import { testSteps } from "./steps.ts";

export interface ReplaySuiteOptions extends MemoryOptions {
  /** That of the tokens that forwards get: batch, tokens and a width of 24. */
  shape: [number, number, 24];
}

/** What holds of every backend that replays forwards, on the current one. */
export function replaySuite(options: ReplaySuiteOptions): void {
  const checks = replayChecks(options.shape);
  describe("repeats:", () => {
    testRepeats(checks);
  });
  describe("counts at once:", () => {
    testChanges(checks);
  });
  describe("runs every time:", () => {
    testSteps(checks);
  });
  describe("at its edges:", () => {
    testEdges(checks);
  });
  describe("memory:", () => {
    testMemory(checks, options);
  });
}
