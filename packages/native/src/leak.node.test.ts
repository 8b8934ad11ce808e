// Memory of the process, not only tensors: arrays serve again and panels go with their weights.
import {
  type Tensor,
  type Tensor3D,
  engine,
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

test("10,000 inner blocks of a TNT leave nothing behind, and take no memory of their own", async () => {
  await setBackend("native");
  const [patches, words, c, hidden] = [9, 16, 24, 96];
  // prettier-ignore
  const shapes: Record<string, number[]> = {
    "x": [patches, words, c], "norm_in.weight": [c], "norm_in.bias": [c], "attn_in.qk.weight": [2 * c, c],
    "attn_in.v.weight": [c, c], "attn_in.proj.weight": [c, c], "attn_in.proj.bias": [c], "norm_mlp_in.weight": [c],
    "norm_mlp_in.bias": [c], "mlp_in.fc1.weight": [hidden, c], "mlp_in.fc1.bias": [hidden], "mlp_in.fc2.weight": [c, hidden],
    "mlp_in.fc2.bias": [c], "norm1_proj.weight": [words * c], "norm1_proj.bias": [words * c],
  };
  const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, randomNormal(shape)]));
  const attrs = { heads: 4, epsilon: 1e-5, activation: "gelu", legacy: false };
  function pass(): void {
    const outputs = engine().runKernel("TesseraTntInner", inputs, attrs) as unknown as Tensor[];
    for (const output of outputs) output.dispose();
  }
  expect(await growth(10_000, pass)).toBeLessThan(15);
  for (const used of Object.values(inputs)) used.dispose();
}, 120_000);

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
