import { expect, test } from "vitest";
import { repeatedKey } from "./repeated-key.ts";

test.each([
  ['{"a":1,"a":2}', "a"],
  ['{"a" : 1, "\\u0061"\n: 2}', "a"],
  ['{"x":{"b":[1,{"c":1,"c":1}]}}', "c"],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['{"a\\"":1,"a\\"":1}', 'a"'],
])("finds the key that %s has twice", (json, key) => {
  expect(repeatedKey(json)).toBe(key);
});

test.each(['{"a":{"a":"a"},"b":["a","a"],"c":"{\\"a\\":1,"}', "{}", '{"a":"b","b":"a"}', '{"toString":1}'])(
  "finds none in %s",
  (json) => {
    expect(repeatedKey(json)).toBeUndefined();
  },
);
