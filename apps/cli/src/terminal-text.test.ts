import { expect, test } from "vitest";
import { forTerminal, jsonForTerminal } from "./terminal-text.ts";

test.each([
  ["plain\n\tlines, 猫", "plain\n\tlines, 猫"],
  ["\x1b[31mred\x1b[39m \x1b[1mbold\x1b[22m", "\x1b[31mred\x1b[39m \x1b[1mbold\x1b[22m"],
  ["\x1b]0;title\x07", String.raw`\x1b]0;title\x07`],
  ["\x1b[2J\x1b[8mhidden", String.raw`\x1b[2J\x1b[8mhidden`],
  ["\u009b2J\r", String.raw`\x9b2J\x0d`],
  ["gpj\u202e.exe", String.raw`gpj\u202e.exe`],
])("%j is written as %j", (text, expected) => expect(forTerminal(text)).toBe(expected));

test("JSON stays what it was", () => {
  const value = { "a\x1b": "\u009b2J\x7f\u202e\u2028" };
  const json = jsonForTerminal(JSON.stringify(value, null, 2));
  expect(json).toMatch(/^[\x20-\x7e\n]+$/);
  expect(JSON.parse(json)).toEqual(value);
});
