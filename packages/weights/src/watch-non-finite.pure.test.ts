import { checkpointOf, storedTensor } from "@tessera/testing";
import { expect, test } from "vitest";
import { type NonFinite, watchNonFinite } from "./watch-non-finite.ts";

test("names each tensor with NaN or infinity, when it is read, and passes values on", async () => {
  const bad = Float32Array.of(1, NaN, -Infinity, Infinity, 3e38);
  const found: NonFinite[] = [];
  const { tensors } = watchNonFinite(
    checkpointOf({
      "head.weight": storedTensor(bad),
      cancels: storedTensor(Float64Array.of(Infinity, -Infinity), [2], "F64"),
      large: storedTensor(Float64Array.of(1e308, 1e308), [2], "F64"),
      "head.bias": 1,
      step: storedTensor(BigInt64Array.of(5n), [1], "I64"),
    }),
    (warning) => found.push(warning),
  );
  expect(found).toEqual([]);
  for (const tensor of tensors.values()) await tensor.read();
  expect(found).toEqual([
    { name: "head.weight", nan: 1, infinite: 2, count: 5 },
    { name: "cancels", nan: 0, infinite: 2, count: 2 },
  ]);
  expect(await tensors.get("head.weight")!.read()).toBe(bad);
});
