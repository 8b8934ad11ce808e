import { checkpointOf, storedTensor } from "@tessera/testing";
import { expect, test } from "vitest";
import { poolFrom } from "./pool-from.ts";

const norm = storedTensor(new Float32Array(4), [4]);
const head = (columns: number) => storedTensor(new Float32Array(3 * columns), [3, columns]);

test.each([
  ["a norm after pooling", { "fc_norm.weight": norm, "head.weight": head(4) }, { pool: "mean" }],
  ["a head over two vectors", { "norm.weight": norm, "head.weight": head(8) }, { pool: "token-and-mean" }],
  ["a head over one", { "norm.weight": norm, "head.weight": head(4) }, {}],
  ["both norms", { "norm.weight": norm, "fc_norm.weight": norm, "head.weight": head(4) }, {}],
  ["no head", { "norm.weight": norm }, {}],
])("%s tells of the pooling", (_, tensors, pool) => {
  expect(poolFrom(checkpointOf(tensors).tensors)).toEqual(pool);
});
