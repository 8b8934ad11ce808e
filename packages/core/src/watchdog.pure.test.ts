import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchdog } from "./watchdog.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const failure = (got: string): Error => new Error(`got ${got}`);

test("ends a silence", () => {
  const { signal } = watchdog({ silenceMs: 1000 }, failure);
  vi.advanceTimersByTime(999);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(signal.reason).toEqual(new Error("got silence for 1 s"));
});

test("a stream goes on, a drip does not", () => {
  const stream = watchdog({ silenceMs: 1000 }, failure);
  const drip = watchdog({ silenceMs: 1000 }, failure);
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(600);
    stream.seen(40_000);
    if (!drip.signal.aborted) drip.seen(1);
  }
  expect(stream.signal.aborted).toBe(false);
  expect(drip.signal.reason).toEqual(new Error("got hardly anything for 1 s"));
  stream.stop();
});

test("time that is not the server's does not count", () => {
  const dog = watchdog({ silenceMs: 1000, totalMs: 1500 }, failure);
  vi.advanceTimersByTime(900);
  dog.stop();
  vi.advanceTimersByTime(10_000);
  dog.seen(40_000);
  vi.advanceTimersByTime(599);
  expect(dog.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(dog.signal.reason).toEqual(new Error("got an answer that took longer than 1.5 s"));
});
