import type { Failure } from "@tessera/core";

/** What a worker's procedures take, give back and tell on the way. */
export type Calls = Record<string, { input: unknown; output: unknown; progress: unknown }>;

/** One procedure, as the worker implements it. */
export type Handler<Call extends Calls[string]> = (
  input: Call["input"],
  options: { signal: AbortSignal; onProgress: (progress: Call["progress"]) => void },
) => Promise<Call["output"]>;

export type Handlers<C extends Calls> = { [Name in keyof C]: Handler<C[Name]> };

export type ToWorker = { id: number; call: string; input: unknown } | { id: number; cancel: true };

export type FromWorker =
  | { id: number; progress: unknown }
  | { id: number; output: unknown }
  | { id: number; failure: Failure };
