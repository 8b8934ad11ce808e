import {
  type NamedTensorInfoMap,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  add,
  argMax,
  engine,
  gather,
  mul,
  registerKernel,
  relu,
  reshape,
  setBackend,
  sin,
  slice,
  sub,
  tensor1d,
  tidy,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { type EncoderBlock, attention, linear, replayed } from "@tessera/core";
import { isReplay, newBlock } from "@tessera/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NativeBackend } from "../backend.ts";
import { expectSteps, tokens } from "./__fixtures__/checks.ts";

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

  test("an order that is another each time", async () => {
    const block = newBlock();
    let run = 0;
    const of = (x: Tensor) => (run % 2 ? sub(x, mul(x, 2)) : sub(mul(x, 2), x));
    const forward = replayed(block, (x: Tensor3D) => tidy(() => (run++, of(block.forward(x)))));
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const [got, expected] = [forward(tokens(seed)), tidy(() => of(block.forward(tokens(seed))))];
      await expect(got).toBeAllClose(expected, { rtol: 0, atol: 0 });
    }
    expect(run).toBe(6);
  });

  test("inputs of another type", () => {
    const whole = replayed(newBlock(), (x: Tensor) => add(x, 1));
    for (let run = 0; run < 4; run++) expect(isReplay(() => whole(tensor1d([1, 2], "int32")))).toBe(false);
  });
});

/** As others write kernels for tfjs-backend-cpu. */
function strange({ inputs, backend }: { inputs: NamedTensorInfoMap; backend: unknown }) {
  const { data } = backend as NativeBackend;
  const { dataId, shape } = inputs["x"]!;
  const values = (data.get(dataId as object).values as Float32Array).map((value) => value + 1);
  return (backend as NativeBackend).makeTensorInfo(shape, "float32", values);
}
