// Names of the authors and of transformers' files, against the tables of the golden script.
import { FormatError, TesseraError, toHuggingFaceNames, toTimmNames } from "@tessera/core";
import { checkpointOf, contentsOf, readFixture, storedTensor } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { namesForHuggingFace } from "./convert/hugging-face.ts";
import { pvtDialects } from "./convert.ts";

interface Names {
  official: string;
  /** Ours; those of version 1 are the authors'. */
  timm?: string;
  /** Several: equal parts of the rows. */
  hf: string[];
}

const file = await readFixture(new URL("./__fixtures__/names.json", import.meta.url));
const tables = JSON.parse(new TextDecoder().decode(file)) as Record<"pvt_v1" | "pvt_v2", Names[]>;

/** A tensor of two rows that tells which it is. */
const tensorOf = (i: number) => storedTensor(Float32Array.of(2 * i, 2 * i + 1));
const rowOf = (i: number, row: number) => storedTensor(Float32Array.of(2 * i + row));

const ours = (names: readonly Names[]) =>
  checkpointOf(Object.fromEntries(names.map(({ timm, official }, i) => [timm ?? official, tensorOf(i)])));
const transformers = (names: readonly Names[]) =>
  checkpointOf(
    Object.fromEntries(
      names.flatMap(({ hf }, i) => hf.map((name, row) => [name, hf.length === 1 ? tensorOf(i) : rowOf(i, row)])),
    ),
  );

describe.each([
  ["pvt_v1", "pvt"],
  ["pvt_v2", "pvt_v2"],
] as const)("%s", (version, modelType) => {
  const names = tables[version];

  test("of transformers becomes ours, with its one epsilon", async () => {
    const got = toTimmNames(transformers(names), pvtDialects);
    expect(got).toMatchObject({ dialect: "huggingface", activation: "gelu", epsilon: 1e-6, dropped: [] });
    expect(await contentsOf(got.checkpoint)).toEqual(await contentsOf(ours(names)));
  });

  test("goes back to transformers' names", async () => {
    const got = toHuggingFaceNames(ours(names), namesForHuggingFace);
    expect(got).toMatchObject({ modelType, dropped: [] });
    expect(await contentsOf(got.checkpoint)).toEqual(await contentsOf(transformers(names)));
  });

  test("without transformers' prefix and head is known too", () => {
    const bare = [...transformers(names).tensors].flatMap(([name, tensor]) =>
      name.startsWith("classifier") ? [] : [[name.replace(`${modelType}.`, ""), tensor] as const],
    );
    const got = toTimmNames(checkpointOf(Object.fromEntries(bare)), pvtDialects);
    expect(got.dialect).toBe("huggingface");
    const expected = names.map(({ timm, official }) => timm ?? official).filter((name) => !name.startsWith("head"));
    expect([...got.checkpoint.tensors.keys()].sort()).toEqual(expected.sort());
  });
});

test("the authors' names of version 2 become timm's, and the norms keep their two epsilons", async () => {
  const names = tables.pvt_v2;
  const theirs = checkpointOf(Object.fromEntries(names.map(({ official }, i) => [official, tensorOf(i)])));
  const got = toTimmNames(theirs, pvtDialects);
  expect(got).toMatchObject({ dialect: "pvt", activation: "gelu", epsilon: undefined, dropped: [] });
  expect(await contentsOf(got.checkpoint)).toEqual(await contentsOf(ours(names)));
});

test("the authors' names of version 1 are ours", () => {
  expect(toTimmNames(ours(tables.pvt_v1), pvtDialects)).toMatchObject({ dialect: "timm", renamed: [] });
});

test("a file of transformers with keys and no values is refused", () => {
  const tensors = new Map(transformers(tables.pvt_v1).tensors);
  tensors.delete("pvt.encoder.block.0.0.attention.self.value.weight");
  const run = () => toTimmNames(checkpointOf(Object.fromEntries(tensors)), pvtDialects);
  expect(run).toThrow(FormatError);
  expect(run).toThrow(
    "expected block.0.0.attention.self.value.weight beside block.0.0.attention.self.key.weight, got none",
  );
});

test("another model's tensors are refused for transformers", () => {
  const run = () => toHuggingFaceNames(checkpointOf({ "stages.0.gamma": 1 }), namesForHuggingFace);
  expect(run).toThrow(TesseraError);
  expect(run).toThrow("expected the parts of Hugging Face's pvt_v2, got stages.0.gamma besides");
});
