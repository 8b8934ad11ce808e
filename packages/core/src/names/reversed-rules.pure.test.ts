import { checkpointOf, contentsOf, storedTensor } from "@tessera/testing";
import { expect, test } from "vitest";
import { convert } from "./convert.ts";
import type { Rule } from "./dialect.ts";
import { reversedRules } from "./reversed-rules.ts";

const rules: readonly Rule[] = [
  ["layer.{i}.dense.{p}", "blocks.{i}.proj.{p}"],
  [["layer.{i}.key.{p}", "layer.{i}.value.{p}"], "blocks.{i}.kv.{p}"],
];

test("take a checkpoint back to the names that it had", async () => {
  const file = checkpointOf({
    "layer.3.dense.weight": storedTensor(Float32Array.of(1, 2), [1, 2]),
    "layer.3.key.bias": storedTensor(Float32Array.of(3, 4)),
    "layer.3.value.bias": storedTensor(Float32Array.of(5, 6)),
  });
  const { checkpoint } = convert(file, { rules });
  expect([...checkpoint.tensors.keys()]).toEqual(["blocks.3.proj.weight", "blocks.3.kv.bias"]);
  const back = convert(checkpoint, { rules: reversedRules(rules) });
  expect(await contentsOf(back.checkpoint)).toEqual(await contentsOf(file));
  const under = convert(checkpoint, { rules: reversedRules(rules, "net.") });
  expect([...under.checkpoint.tensors.keys()][0]).toBe("net.layer.3.dense.weight");
});
