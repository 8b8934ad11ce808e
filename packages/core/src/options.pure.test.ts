import { expect, test } from "vitest";
import { TesseraError } from "./errors.ts";
import { type OptionNames, checkedOptions } from "./options.ts";

interface Options {
  labels?: readonly string[] | undefined;
  threads?: number;
}

const names: OptionNames<Options> = { labels: true, threads: true };
const checked = (options: unknown) => checkedOptions<Options>("make", options as Options, names);

test("hands on what is known", () => {
  const options = { labels: ["a"], threads: undefined };
  expect(checked(options)).toBe(options);
  expect(checked({})).toEqual({});
});

test("a misspelt option gets the nearest", () => {
  expect(() => checked({ lables: ["a"] })).toThrow('make: expected a known option, got "lables"; did you mean labels?');
  expect(() => checked({ toString: 1 })).toThrow(TesseraError);
});

test("what is no object is no options", () => {
  expect(() => checked(null)).toThrow("make: expected options as an object, got null");
  expect(() => checked(["labels"])).toThrow('got ["labels"]');
  expect(() => checked("labels")).toThrow('got "labels"');
});
