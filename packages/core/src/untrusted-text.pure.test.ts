import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TesseraError } from "./errors.ts";
import { listed, printable, printableLines, shown } from "./untrusted-text.ts";

test.each([
  ["plain, and of any script: 猫 γάτα گربه 👩‍👩‍👧", "plain, and of any script: 猫 γάτα گربه 👩‍👩‍👧"],
  ["\u001b]0;owned\u0007", String.raw`\x1b]0;owned\x07`],
  ["\u009b2J", String.raw`\x9b2J`],
  ["two\r\nlines\t\u2028three", String.raw`two\r\nlines\t\u2028three`],
  ["safe\u202egnp.exe", String.raw`safe\u202egnp.exe`],
  ["\u{e0041}hidden\ufeff", String.raw`\u{e0041}hidden\ufeff`],
  ["half \ud800", String.raw`half \ud800`],
])("escapes what is no text for people: %j", (text, expected) => {
  expect(printable(text)).toBe(expected);
  expect(printable(printable(text))).toBe(expected);
});

test("keeps the beginning and the end of what is long", () => {
  expect(printable(`${"a".repeat(300)}.jpg`, 12)).toBe("aaaaaaaa….jpg");
  expect(printableLines("one\ntwo\u001b")).toBe("one\ntwo\\x1b");
});

test.each<[unknown, string]>([
  ["text\u001b", String.raw`"text\u001b"`],
  [-5, "-5"],
  [null, "null"],
  [undefined, "nothing"],
  [[1, "a", [2], { b: 3 }], '[1, "a", […], {…}]'],
  [Array.from({ length: 200_000 }, () => 1), "[1, 1, 1, 1, 1, 1, 1, 1, … 200000 in all]"],
  [{ depth: 3, args: { deep: [] } }, '{"depth":3,"args":{…}}'],
  [Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i])), '{"k0":0,"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,…}'], // prettier-ignore
  [new Map([[1, 2]]), "another value"],
])("shows %j", (value, expected) => expect(shown(value)).toBe(expected));

test("neither depth nor sharing nor length costs anything", () => {
  let laughs: unknown[] = [];
  for (let i = 0; i < 60; i++) laughs = [laughs, laughs];
  expect(shown(laughs)).toBe("[[…], […]]");
  expect(shown("x".repeat(1e6)).length).toBeLessThan(300);
});

test("lists a few names", () => {
  expect(listed(["a\u001b", "b", "c"], 2)).toBe(String.raw`a\x1b, b and 1 more`);
  expect(listed([])).toBe("");
});

test("nothing that is thrown can be obeyed", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff)), (units) => {
      const text = String.fromCharCode(...units, 0x1b, 0x9b, 0x202e);
      const { message } = new TesseraError(`here: expected a name, got ${text}`);
      // oxlint-disable-next-line no-control-regex -- that there are none is the claim
      expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
  const { message } = new TesseraError("x".repeat(1e6));
  expect(message.length).toBeLessThan(100_100);
});
