import { expect, test } from "vitest";
import { short, table } from "./table.ts";

const rows = [
  ["a", 1, "one two three four five six seven"],
  ["long name", 22, "eight"],
];

/** As on a terminal of so many columns. */
function onTerminal(columns: number): string {
  return table(["name", "count", "what"], rows, ["count"], { isTTY: true, columns });
}

test("aligns columns and leaves no spaces at the ends of lines", () => {
  expect(table(["name", "count", "what"], rows, ["count"])).toBe(
    ["name       count  what", "a              1  one two three four five six seven", "long name     22  eight"].join(
      "\n",
    ),
  );
});

test("breaks the last column where a terminal is narrow, between words", () => {
  const lines = onTerminal(44).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(44);
  expect(lines).toEqual([
    "name       count  what",
    "a              1  one two three four five",
    "                  six seven",
    "long name     22  eight",
  ]);
});

test("leaves it to a terminal that is narrower still", () => {
  expect(onTerminal(30)).toContain("one two three four five six seven");
});

test("numbers are short", () => {
  expect([999, 1000, 5_717_416, 86_567_656, 4.6e9].map(short)).toEqual(["999", "1.00 k", "5.72 M", "86.6 M", "4.60 G"]);
});
