import { expect, test } from "vitest";
import { countCalls } from "./count-calls.ts";

class Door {
  opened = 0;
  open(times: number): number {
    this.opened += times;
    return this.opened;
  }
}

test("counts calls of all objects, which do what they did", () => {
  const doors = [new Door(), new Door()];
  const count = countCalls(Door, "open", () => {
    for (const door of doors) door.open(2);
    expect(doors[0]!.open(3)).toBe(5);
  });
  expect(count).toBe(3);
});

test("leaves the method as it was, also when something throws", () => {
  const { open } = Door.prototype;
  expect(() =>
    countCalls(Door, "open", () => {
      throw new Error("locked");
    }),
  ).toThrow("locked");
  expect(Door.prototype.open).toBe(open);
});
