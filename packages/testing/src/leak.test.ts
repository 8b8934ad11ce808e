import { add, type Tensor, tensor1d } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { expectNoLeak } from "./leak.ts";

test("passes when all is disposed of, in synchronous and asynchronous code", async () => {
  await expectNoLeak(() => add([1], [2]).dispose());
  await expectNoLeak(async () => {
    const sum = add([1], [2]);
    await sum.data();
    sum.dispose();
  });
});

test("fails on a tensor that stays, and on bytes that stay", async () => {
  await expect(expectNoLeak(() => tensor1d([1, 2, 3]))).rejects.toThrow(
    /numTensors \d+ -> \d+, numDataBuffers \d+ -> \d+, numBytes/,
  );
  let kept: Tensor = tensor1d([1]);
  let size = 1;
  const grow = () => {
    kept.dispose();
    kept = tensor1d(new Float32Array(++size));
  };
  await expect(expectNoLeak(grow, { runs: 2 })).rejects.toThrow(/got numBytes \d+ -> \d+$/);
  kept.dispose();
});

test("caches may fill in the first run", async () => {
  let cache: Tensor | undefined;
  await expectNoLeak(() => (cache ??= tensor1d([1])));
  await expect(expectNoLeak(() => (cache = tensor1d([1])), { warmup: 0 })).rejects.toThrow("numTensors");
});
