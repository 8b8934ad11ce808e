import { checkpointOf, storedTensor } from "@tessera/testing";
import { expect, test } from "vitest";
import { FormatError } from "../errors.ts";
import { unstacked } from "./slices.ts";

const pattern = /^(block)(\/.*)$/;

test("a tensor that cannot be read in part is read once for all its slices, and again if that failed", async () => {
  let reads = 0;
  const values = Float32Array.of(0, 1, 2, 3);
  const flaky = {
    ...storedTensor(values, [2, 2]),
    read: async () => {
      reads++;
      if (reads === 1) throw new Error("unplugged");
      return values;
    },
  };
  const { tensors } = unstacked(checkpointOf({ "block/w": flaky, other: 1 }), pattern);
  expect([...tensors.keys()]).toEqual(["block_0/w", "block_1/w", "other"]);
  await expect(tensors.get("block_0/w")!.read()).rejects.toThrow("unplugged");
  expect(await tensors.get("block_1/w")!.read()).toEqual(Float32Array.of(2, 3));
  expect(await tensors.get("block_0/w")!.read()).toEqual(Float32Array.of(0, 1));
  expect(reads).toBe(2);
});

test("blocks without values cost nothing, however many a shape claims", () => {
  const claim = storedTensor(new Float32Array(), [1e9, 0]);
  expect(() => unstacked(checkpointOf({ "block/w": claim }), pattern)).toThrow(FormatError);
});
