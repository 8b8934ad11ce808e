// The engine, by a dialect of its own; what real dialects say is tested beside their tables.
import { checkpointOf, contentsOf, storedTensor } from "@tessera/testing";
import { expect, test } from "vitest";
import { FormatError } from "../errors.ts";
import type { Dialect } from "./dialect.ts";
import { plusFirst, rowsOf, transposed, withoutFirst } from "./layout.ts";
import { toHuggingFaceNames } from "./to-hugging-face.ts";
import { toTimmNames } from "./to-timm.ts";

const matrix = storedTensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);

const theirs: Dialect = {
  name: "theirs",
  translate: (names) =>
    names.some((name) => /^(net\.)?token$/.test(name))
      ? {
          rules: [
            [["token", "positions"], "cls_token", plusFirst],
            ["positions", "pos_embed", withoutFirst],
            ["layer/{i}/kernel", "blocks.{i}.weight", transposed],
            [["layer/{i}/q.{p}", "layer/{i}/k.{p}"], "blocks.{i}.qk.{p}"],
          ],
          dropped: ["optimizer.*"],
          prefixes: ["net."],
          activation: "quick_gelu",
          epsilon: 1e-3,
        }
      : undefined,
};
const other: Dialect = { name: "other", translate: () => ({ rules: [["token", "other"]] }) };

function file(prefix = "", changes: Parameters<typeof checkpointOf>[0] = {}) {
  const tensors: Parameters<typeof checkpointOf>[0] = {
    token: storedTensor(Float32Array.of(10, 20), [1, 1, 2]),
    positions: storedTensor(Float32Array.of(1, 2, 3, 4), [1, 2, 2]),
    "layer/3/kernel": matrix,
    "layer/3/q.bias": 1,
    "layer/3/k.bias": 2,
    "optimizer.step": 3,
    "my.own": 4,
    ...changes,
  };
  return checkpointOf(Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor])));
}

test.each(["", "net.", "module.", "module._orig_mod.net."])(
  "names after %j are translated, and values laid out",
  async (prefix) => {
    const got = toTimmNames(file(prefix), [theirs, other]);
    expect(got).toMatchObject({ dialect: "theirs", activation: "quick_gelu", epsilon: 1e-3 });
    expect(got.dropped).toEqual([`${prefix}optimizer.step`]);
    expect(got.renamed).toContainEqual([`${prefix}layer/3/k.bias`, "blocks.3.qk.bias"]);
    expect(await contentsOf(got.checkpoint)).toEqual({
      cls_token: { shape: [1, 1, 2], values: Float32Array.of(11, 22) },
      pos_embed: { shape: [1, 1, 2], values: Float32Array.of(3, 4) },
      "blocks.3.weight": { shape: [3, 2], values: Float32Array.of(1, 4, 2, 5, 3, 6) },
      "blocks.3.qk.bias": { shape: [2], values: Float32Array.of(1, 2) },
      "my.own": { shape: [1], values: Float32Array.of(4) },
    });
  },
);

test("the first dialect that knows the names is taken, and none is timm's own", () => {
  expect(toTimmNames(file(), [other, theirs]).dialect).toBe("other");
  const own = toTimmNames(checkpointOf({ "module.cls_token": 1 }), [theirs]);
  expect(own).toMatchObject({ dialect: "timm", renamed: [["module.cls_token", "cls_token"]] });
  expect(toTimmNames(file(), [])).toMatchObject({ dialect: "timm", renamed: [], dropped: [] });
});

test.each([
  ["a missing part", () => checkpointOf({ token: 1 }), "toTimmNames: expected positions beside token, got none"],
  [
    "parts of two types",
    () => file("", { "layer/3/k.bias": storedTensor(Float64Array.of(1), [1], "F64") }),
    "toTimmNames: blocks.3.qk.bias: expected parts of one type, got F32 and F64",
  ],
  ["a tensor of another rank", () => file("", { "layer/3/kernel": 1 }), "blocks.3.weight: expected 2 axes, got [1]"],
  ["one name twice", () => file("", { "net.my.own": 1 }), "expected every tensor once, got my.own and net.my.own"],
  ["two sources of one name", () => file("", { pos_embed: 1 }), "expected one source of pos_embed, got pos_embed too"],
])("refuses %s", (_, made, message) => {
  expect(() => toTimmNames(made(), [theirs])).toThrow(FormatError);
  expect(() => toTimmNames(made(), [theirs])).toThrow(message);
});

test("to Hugging Face every tensor must go", async () => {
  const table = () => ({
    modelType: "theirs",
    rules: [
      ["qk", "q", rowsOf(0, 2)],
      ["qk", "k", rowsOf(1, 2)],
    ] as const,
    dropped: ["head.*"],
  });
  const { checkpoint, modelType, dropped } = toHuggingFaceNames(checkpointOf({ qk: matrix, "head.bias": 1 }), table);
  expect([modelType, dropped]).toEqual(["theirs", ["head.bias"]]);
  expect(await contentsOf(checkpoint)).toEqual({
    q: { shape: [1, 3], values: Float32Array.of(1, 2, 3) },
    k: { shape: [1, 3], values: Float32Array.of(4, 5, 6) },
  });
  expect(() => toHuggingFaceNames(checkpointOf({ qk: matrix, mine: 1 }), table)).toThrow(
    "toHuggingFaceNames: expected the parts of Hugging Face's theirs, got mine besides; save it in timm's names instead",
  );
});
