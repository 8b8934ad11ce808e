import { TesseraError } from "@tessera/core";
import { expect, test, vi } from "vitest";
import { answerCalls } from "./answer-calls.ts";
import { WorkerClient } from "./worker-client.ts";

type Work = {
  double: { input: number; output: number; progress: number };
  fail: { input: boolean; output: never; progress: never };
  stuck: { input: undefined; output: never; progress: never };
};

/** A worker's two ends without a thread; `terminate` cuts them. */
class Line extends EventTarget {
  readonly inside = new EventTarget() as unknown as Worker;
  #open = true;

  constructor() {
    super();
    const send = (to: EventTarget, data: unknown) =>
      queueMicrotask(() => this.#open && to.dispatchEvent(new MessageEvent("message", { data })));
    this.inside.postMessage = (data: unknown) => send(this, data);
    this.postMessage = (data: unknown) => send(this.inside, data);
    answerCalls<Work>(this.inside, {
      double: async (input, { onProgress }) => {
        onProgress(0.5);
        return input * 2;
      },
      fail: (known) =>
        Promise.reject(known ? new TesseraError("not there", { code: "not-found" }) : new RangeError("too large")),
      stuck: () => new Promise(() => {}),
    });
  }

  postMessage: (data: unknown) => void;
  terminate(): void {
    this.#open = false;
  }
}

function client() {
  const lines: Line[] = [];
  const made = new WorkerClient<Work>(() => {
    const line = new Line();
    lines.push(line);
    return line as unknown as Worker;
  });
  return { lines, call: made.call.bind(made) as typeof made.call };
}

test("answers, tells progress, and passes errors on", async () => {
  const { call } = client();
  const onProgress = vi.fn<(progress: number) => void>();
  expect(await call("double", 21, { onProgress })).toBe(42);
  expect(onProgress.mock.calls).toEqual([[0.5]]);
  await expect(call("fail", false)).rejects.toMatchObject({
    name: "RangeError",
    message: "too large",
    code: undefined,
  });
  await expect(call("fail", true)).rejects.toMatchObject({
    name: "TesseraError",
    message: "not there",
    code: "not-found",
  });
});

test("a call that was cancelled before it began leaves the worker alone", async () => {
  const { call, lines } = client();
  const controller = new AbortController();
  const [first, second] = [call("double", 1), call("double", 2, { signal: controller.signal })];
  controller.abort();
  await expect(second).rejects.toMatchObject({ name: "AbortError" });
  expect(await first).toBe(2);
  await expect(call("double", 3, { signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
  expect(lines).toHaveLength(1);
});

test("ends a worker that does not let go, and asks a new one what else waits", async () => {
  const { call, lines } = client();
  const controller = new AbortController();
  const stuck = call("stuck", undefined, { signal: controller.signal });
  await new Promise((begun) => setTimeout(begun));
  controller.abort();
  await expect(stuck).rejects.toMatchObject({ name: "AbortError" });
  expect(await call("double", 4)).toBe(8);
  expect(lines).toHaveLength(2);
});

test("a worker that breaks fails what waits, and is replaced", async () => {
  const { call, lines } = client();
  const stuck = call("stuck", undefined);
  lines[0]!.dispatchEvent(Object.assign(new Event("error"), { message: "no memory" }));
  await expect(stuck).rejects.toThrow("The worker ended: no memory");
  expect(await call("double", 5)).toBe(10);
});
