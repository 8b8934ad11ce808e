import { expect, test } from "vitest";
import type { Arrays } from "../array-pool.ts";
import { Arena } from "./arena.ts";

/** Makes what it is asked for, and holds what it is given. */
function outerArrays(): Arrays & { given: Float32Array[] } {
  const given: Float32Array[] = [];
  return { given, take: (length) => new Float32Array(length), give: (array) => given.push(array) };
}

test("arrays serve again within, and go back at the end but for those in use", () => {
  const outer = outerArrays();
  const arena = new Arena(outer);
  const [first, second, other] = [arena.take(4), arena.take(4), arena.take(5)];
  expect([first, second, other].map((array) => arena.numberOf(array))).toEqual([0, 1, 2]);
  arena.give(second);
  arena.give(first);
  // By the buffer, of which a view may be all that is left.
  expect(arena.take(4).buffer).toBe(first.buffer);
  arena.give(new Float32Array(other.buffer));
  expect(arena.take(5).buffer).toBe(other.buffer);
  expect(arena.numberOf(new Uint16Array(other.buffer, 2))).toBe(2);
  expect(arena.bytes).toBe(4 * 13);
  expect(outer.given).toEqual([]);
  arena.dispose();
  expect(outer.given).toEqual([second]);
  expect(arena.bytes).toBe(0);
});

test("arrays of others go to those who have them", () => {
  const outer = outerArrays();
  const arena = new Arena(outer);
  const strange = new Float32Array(4);
  expect(arena.numberOf(strange)).toBe(undefined);
  arena.give(strange);
  expect(outer.given).toEqual([strange]);
  expect(arena.take(4)).not.toBe(strange);
});
