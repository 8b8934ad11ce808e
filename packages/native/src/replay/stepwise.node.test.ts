import {
  type NamedTensorInfoMap,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  abs,
  add,
  argMax,
  engine,
  gather,
  grad,
  keep,
  mul,
  neg,
  registerKernel,
  relu,
  reshape,
  setBackend,
  slice,
  sub,
  sum,
  sin,
  tensor,
  tensor1d,
  tidy,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { type EncoderBlock, Random, attention, capture, dropout, linear, replayed } from "@tessera/core";
import { kernelsRun } from "@tessera/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NativeBackend } from "../backend.ts";
import { type Forward, expectSteps, isReplay, newBlock, settle, tokens } from "./__fixtures__/replays.ts";

beforeEach(async () => {
  await setBackend("native");
});

describe("runs every time", () => {
  const cases: [string, (x: Tensor3D, block: EncoderBlock) => Tensor][] = [
    ["what JavaScript computes of the input", (x, block) => sin(block.forward(x))],
    ["what JavaScript makes small of the input", (x, block) => mul(block.forward(x), sin(slice(x, 0, [1, 1, 1])))],
    ["indices that follow from the input", (x) => gather(x, argMax(slice(x, 0, [1, 1, 17]), 2) as Tensor, 1)],
    [
      "a mask that follows from the input",
      (x, block) => {
        const y = block.forward(x);
        return attention(y, y, y, { heads: 2, mask: relu(slice(x, 0, [1, 17, 17])) as Tensor3D });
      },
    ],
    ["a weight that follows from the input", (x) => linear(x, reshape(slice(x, 0, [1, 17, 24]), [17, 24]) as Tensor2D)],
    [
      "a kernel that we did not write",
      (x, block) => mul(engine().runKernel("Strange", { x: block.forward(x) }) as Tensor, 2),
    ],
    [
      "values that are read",
      (x, block) => {
        const [most] = [...block.params().values()];
        return mul(block.forward(x), most!.value.dataSync()[0]!);
      },
    ],
    ["values of the input that are read", (x, block) => mul(block.forward(x), x.dataSync()[0]!)],
    ["its input in another shape", (x) => reshape(x, [68, 24])],
  ];
  beforeEach(() => registerKernel({ kernelName: "Strange", backendName: "native", kernelFunc: strange }));
  afterEach(() => unregisterKernel("Strange", "native"));
  test.each(cases)("%s", async (_, of) => {
    const block = newBlock();
    const plain = (x: Tensor3D) => tidy(() => of(x, block));
    await expectSteps(replayed(block, plain), plain);
  });

  const fickle: [string, (x: Tensor, run: number) => Tensor][] = [
    ["a scalar that is another each time", (x, run) => mul(x, run)],
    ["a size that is another each time", (x, run) => mul(slice(x, [0, 0, 0], [1, run, 24]), 2)],
    ["an order that is another each time", (x, run) => (run % 2 ? sub(x, mul(x, 2)) : sub(mul(x, 2), x))],
    [
      "a weight that is another each time",
      (x, run) => linear(x, tensor(new Float32Array(24 * 24).fill(run), [24, 24]) as Tensor2D),
    ],
    ["an op that is another each time", (x, run) => (run % 2 ? neg(x) : abs(x))],
  ];
  test.each(fickle)("%s", async (_, of) => {
    const block = newBlock();
    let run = 0;
    const forward = replayed(block, (x: Tensor3D) => tidy(() => of(block.forward(x), ++run)));
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const [got, expected] = [forward(tokens(seed)), tidy(() => of(block.forward(tokens(seed)), run))];
      await expect(got).toBeAllClose(expected, { rtol: 0, atol: 0 });
    }
    expect(run).toBe(6);
  });

  const pending: Promise<unknown>[] = [];
  const kept: Tensor[] = [];
  const random = new Random(1);
  const others: [string, (x: Tensor3D, block: EncoderBlock) => Tensor][] = [
    ["what draws random numbers", (x, block) => dropout(block.forward(x), 0.5, { training: true, random })],
    [
      "what reads values",
      (x, block) => {
        for (const { value } of block.params().values()) pending.push(value.data());
        return block.forward(x);
      },
    ],
    ["what keeps a tensor", (x, block) => (kept.push(keep(mul(x, 2))), block.forward(x))],
    ["what keeps its input", (x, block) => (kept.push(keep(x.clone())), block.forward(x))],
    ["what keeps a constant", (x, block) => (kept.push(keep(tensor1d([1]))), block.forward(x))],
    ["what captures", (x, block) => (kept.push(capture(block, x, ["mlp"])["mlp"]!), block.forward(x))],
  ];
  test.each(others)("%s", async (_, of) => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => of(x, block));
    for (let run = 0; run < 7; run++) {
      const kernels = kernelsRun(() => tidy(() => forward(tokens(run))).dispose());
      expect(kernels).toContain("TesseraLinear");
    }
    await Promise.all(pending.splice(0));
    for (const each of kept.splice(0)) each.dispose();
  });

  test("a gradient", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    settle(forward);
    const gradient = (f: Forward) => grad((x: Tensor) => sum(mul(f(x as Tensor3D), tokens(9))))(tokens(1));
    await expect(gradient(forward)).toBeAllClose(
      gradient((x) => block.forward(x)),
      { rtol: 0, atol: 0 },
    );
    expect(isReplay(() => forward(tokens(1)))).toBe(true);
  });

  test("inputs of another type, and empty ones", () => {
    const block = newBlock();
    const whole = replayed(block, (x: Tensor) => add(x, 1));
    const empty = () => tensor([], [0, 17, 24]);
    for (let run = 0; run < 4; run++) {
      expect(isReplay(() => whole(tensor1d([1, 2], "int32")))).toBe(false);
      expect(isReplay(() => whole(empty()))).toBe(false);
    }
  });
});

/** As others write kernels for tfjs-backend-cpu. */
function strange({ inputs, backend }: { inputs: NamedTensorInfoMap; backend: unknown }) {
  const { data } = backend as NativeBackend;
  const { dataId, shape } = inputs["x"]!;
  const values = (data.get(dataId as object).values as Float32Array).map((value) => value + 1);
  return (backend as NativeBackend).makeTensorInfo(shape, "float32", values);
}
