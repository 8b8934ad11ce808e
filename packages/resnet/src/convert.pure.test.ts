import { toTimmNames } from "@tessera/core";
import { checkpointOf } from "@tessera/testing";
import { expect, test } from "vitest";
import { resnetDialects } from "./convert.ts";

test("counters of batch norms are left out of PyTorch's files, and names stay", () => {
  const stored = (shape: number[]) => ({
    dtype: "F32" as const,
    shape,
    read: async () => new Float32Array(shape[0] ?? 1),
  });
  const file = checkpointOf({
    "module.bn1.weight": stored([2]),
    "module.bn1.num_batches_tracked": { ...stored([]), dtype: "I64" as const },
    "module.layer1.0.downsample.1.num_batches_tracked": { ...stored([]), dtype: "I64" as const },
  });
  const { checkpoint, dialect, dropped } = toTimmNames(file, resnetDialects);
  expect(dialect).toBe("pytorch");
  expect([...checkpoint.tensors.keys()]).toEqual(["bn1.weight"]);
  expect(dropped).toHaveLength(2);
});

test("a counter of averaging beside a wrapped file does not hide it", () => {
  const names = ["n_averaged", "module.bn1.weight", "module.bn1.num_batches_tracked", "module.fc.weight"];
  const file = checkpointOf(Object.fromEntries(names.map((name) => [name, 1])));
  const { checkpoint, beside } = toTimmNames(file, resnetDialects);
  expect([...checkpoint.tensors.keys()]).toEqual(["bn1.weight", "fc.weight"]);
  expect(beside).toEqual(["n_averaged"]);
});
