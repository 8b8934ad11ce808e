import { afterEach, expect, test } from "vitest";
import { withoutNewListeners } from "./process-listeners.node.ts";

const events = ["uncaughtException", "unhandledRejection"];
const listeners = () => events.flatMap((event) => process.listeners(event as NodeJS.Signals));
const mine = () => {};

afterEach(() => {
  for (const event of events) process.removeListener(event, mine);
});

test("takes away listeners that the work added, and leaves those before it", async () => {
  process.on("unhandledRejection", mine);
  const before = listeners();
  await withoutNewListeners(async () => {
    process.on("uncaughtException", () => {});
    process.on("unhandledRejection", () => {});
    expect(listeners()).toHaveLength(before.length + 2);
  });
  expect(listeners()).toEqual(before);
  expect(listeners()).toContain(mine);
});

test("takes them away when the work fails too", async () => {
  const before = listeners();
  const work = withoutNewListeners(async () => {
    process.on("unhandledRejection", () => {});
    throw new Error("it failed");
  });
  await expect(work).rejects.toThrow("it failed");
  expect(listeners()).toEqual(before);
});
