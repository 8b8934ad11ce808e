// Memory of the process, not only tensors: arrays serve again and panels go with their weights.
import {
  type Tensor3D,
  memory,
  mul,
  randomNormal,
  setBackend,
  sub,
  sum,
  tidy,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { EncoderBlock } from "@tessera/core";
import { expect, test } from "vitest";
import { configureNative } from "./index.ts";

const megabytes = () => process.memoryUsage().rss / 2 ** 20;

async function growth(runs: number, run: () => void): Promise<number> {
  for (let i = 0; i < runs / 4; i++) run();
  const { numTensors, numBytes } = memory();
  const before = megabytes();
  for (let i = 0; i < runs; i++) {
    run();
    if (i % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(memory()).toMatchObject({ numTensors, numBytes });
  return megabytes() - before;
}

test.each(["f32", "bf16"] as const)(
  "10,000 predictions in %s leave nothing behind",
  async (precision) => {
    await setBackend("native");
    configureNative({ precision });
    const block = new EncoderBlock({ width: 48, heads: 3 });
    block.init(0);
    const x = randomNormal([1, 17, 48]) as Tensor3D;
    expect(await growth(10_000, () => block.forward(x).dispose())).toBeLessThan(25);
    block.dispose();
    x.dispose();
    configureNative({ precision: "f32" });
  },
  120_000,
);

test("1,000 training steps, each with weights of its own, leave nothing behind", async () => {
  await setBackend("native");
  const block = new EncoderBlock({ width: 48, heads: 3 });
  block.init(0);
  const x = randomNormal([2, 17, 48]) as Tensor3D;
  const step = () =>
    tidy(() => {
      const { grads } = variableGrads(() => sum(mul(block.forward(x), 0.01)));
      for (const { value } of block.params().values()) value.assign(sub(value, mul(grads[value.name]!, 0.1)));
    });
  expect(await growth(1000, step)).toBeLessThan(40);
  block.dispose();
  x.dispose();
}, 120_000);
