import { type Failure, failureOf } from "@tessera/core";
import type { Calls, FromWorker, Handler, Handlers, ToWorker } from "./messages.ts";

const cancelled: Failure = { name: "AbortError", message: "Cancelled", code: undefined };

/** The worker's end: runs one call at a time, because a backend and a model are shared by all of them. */
export function answerCalls<C extends Calls>(scope: Worker, handlers: Handlers<C>): void {
  const waiting = new Map<number, AbortController>();
  let last: Promise<void> = Promise.resolve();
  let running: number | undefined;
  const post = (message: FromWorker) => scope.postMessage(message, []);

  async function run(id: number, call: string, input: unknown, { signal }: AbortController): Promise<void> {
    running = id;
    try {
      // Also when it was cancelled meanwhile: it may have to free what it was given.
      const handler = handlers[call] as unknown as Handler<Calls[string]>;
      const output = await handler(input, { signal, onProgress: (progress) => post({ id, progress }) });
      post({ id, output });
    } catch (error) {
      post({ id, failure: failureOf(error) });
    } finally {
      waiting.delete(id);
      running = undefined;
    }
  }

  scope.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
    const { id } = data;
    if ("cancel" in data) {
      waiting.get(id)?.abort();
      // One that has not begun is over at once; the page does not wait for those before it.
      if (waiting.has(id) && running !== id) post({ id, failure: cancelled });
      return;
    }
    const controller = new AbortController();
    waiting.set(id, controller);
    last = last.then(() => run(id, data.call, data.input, controller));
  });
}
