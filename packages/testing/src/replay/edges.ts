import {
  type Tensor,
  type Tensor3D,
  add,
  complex,
  customGrad,
  grad,
  keep,
  memory,
  mul,
  profile,
  real,
  sum,
  tensor1d,
  tidy,
  time,
} from "@tensorflow/tfjs-core";
import { replayed } from "@tessera/core";
import { expect, test } from "vitest";
import { kernelsRun } from "../kernels-run.ts";
import { type ReplayChecks, isReplay, newBlock } from "./replay-checks.ts";

const exact = { rtol: 0, atol: 0 };

/** Inputs and outputs that are more than one tensor's, gradients, measures and errors. */
export function testEdges({ tokens, settle, expectRight }: ReplayChecks): void {
  test("an input that a forward keeps stays as it was when the caller's is gone", async () => {
    const block = newBlock();
    let kept: Tensor | undefined;
    const forward = replayed(block, (x: Tensor3D) => ((kept = keep(x.clone())), block.forward(x)));
    const x = tidy(() => mul(tokens(1), 1)) as Tensor3D;
    forward(x).dispose();
    x.dispose();
    tidy(() => mul(tokens(2), 1)).dispose();
    await expect(kept!).toBeAllClose(tokens(1), exact);
    kept!.dispose();
  });

  test("a tensor that happens to be the input is not taken for it", async () => {
    const block = newBlock();
    const other = tokens(7);
    const plain = (x: Tensor3D) => tidy(() => add(block.forward(x), other));
    const forward = replayed(block, plain);
    for (let run = 0; run < 4; run++) forward(other).dispose();
    await expectRight(forward, plain);
  });

  test("an input that a forward gives back has its values, and a constant is one of its own", async () => {
    const block = newBlock();
    const same = replayed(block, (x: Tensor3D) => x);
    const constant = replayed(block, () => tensor1d([1, 2]));
    const numbers = replayed(block, (x: Tensor3D) => complex(x, x));
    for (let run = 0; run < 6; run++) {
      const x = tokens(run);
      await expect(same(x)).toBeAllClose(x, exact);
      await expect(constant(x)).toBeAllClose([1, 2]);
      await expect(real(numbers(x))).toBeAllClose(x);
    }
  });

  test("a gradient of the model's own within the forward, and a custom one", async () => {
    const block = newBlock();
    const double = customGrad((x) => ({ value: mul(x as Tensor, 2), gradFunc: (dy) => mul(dy, 2) }));
    const plain = (x: Tensor3D) => tidy(() => double(block.forward(x)));
    const forward = replayed(block, plain);
    await settle(forward);
    await expectRight(forward, plain);
    const slope = (x: Tensor3D) => grad((y: Tensor) => sum(block.forward(y as Tensor3D)))(x);
    await expectRight(replayed(block, slope), slope);
  });

  test("a forward that gives a parameter leaves it the model's", () => {
    const block = newBlock();
    const [first] = [...block.params().values()];
    const forward = replayed(block, () => first!.value);
    for (let run = 0; run < 4; run++) expect(forward(tokens(run))).toBe(first!.value);
    expect(first!.value.isDisposed).toBe(false);
  });

  test("what is measured shows the ops, not the replay", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    await settle(forward);
    const { kernelNames } = await profile(() => forward(tokens(1)));
    expect(kernelNames).toContain("TesseraSelfAttention");
    let names: string[] = [];
    await time(() => {
      names = kernelsRun(() => forward(tokens(1)).dispose());
    });
    expect(names).toContain("TesseraSelfAttention");
    expect(isReplay(() => forward(tokens(1)))).toBe(true);
  });

  test("a forward that fails leaves nothing behind, and is recorded when it works again", async () => {
    const block = newBlock();
    let broken = false;
    const forward = replayed(block, (x: Tensor3D) => {
      const y = block.forward(x);
      if (broken) throw new Error("it broke");
      return y;
    });
    const run = () => tidy(() => forward(tokens(1))).dispose();
    run();
    const { numTensors, numDataBuffers, numBytes } = memory();
    broken = true;
    expect(() => tidy(run)).toThrow("it broke");
    broken = false;
    expect(memory()).toMatchObject({ numTensors, numDataBuffers, numBytes });
    run();
    expect(isReplay(() => forward(tokens(1)))).toBe(true);
    await expectRight(forward, (x) => block.forward(x));
  });
}
