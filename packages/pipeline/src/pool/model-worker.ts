import type { FromWorker, ToWorker } from "./messages.ts";

/** A thread with a model, in Node or in a page. */
export interface ModelWorker {
  post(message: ToWorker, transfer?: readonly Transferable[]): void;
  /** Whether it keeps the program alive. */
  hold(active: boolean): void;
  end(): void;
}

/** Starts a thread; `onEnd` is told once why it ended, whoever ended it. */
export type StartWorker = (onMessage: (message: FromWorker) => void, onEnd: (why: string) => void) => ModelWorker;
