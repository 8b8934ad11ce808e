import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  add,
  concat,
  gather,
  mean,
  mul,
  pad,
  reshape,
  reverse,
  scalar,
  tensor,
  tensor1d,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";
import { Linear, linear, replayed } from "@tessera/core";
import { expect, test } from "vitest";
import { kernelsRun } from "../kernels-run.ts";
import { expectNoLeak } from "../leak.ts";
import { type ReplayChecks, isReplay, newBlock, track } from "./replay-checks.ts";

const exact = { rtol: 0, atol: 0 };

const cases: [string, (x: Tensor3D, model: Linear) => Tensor][] = [
  ["scalars", (x, model) => add(mul(model.forward(add(x, 1)), scalar(3)), 0.5)],
  ["a pad of every value", (x, model) => concat([pad(model.forward(x), [[0, 0], [1, 2], [0, 3]], -2), pad(x, [[0, 0], [0, 3], [3, 0]])], 0)], // prettier-ignore
  [
    "a pad into memory that serves again",
    (x) =>
      mul(
        tidy(() =>
          mul(
            pad(
              x,
              [
                [0, 0],
                [1, 2],
                [0, 0],
              ],
              3,
            ),
            2,
          ),
        ),
        5,
      ),
  ],
  ["means", (x, model) => add(mean(model.forward(x), 1, true), mean(x, [1, 2], true))],
  ["pictures mirrored", (x, model) => mul(add(model.forward(x), model.forward(reverse(x, 1))), 0.5)],
  ["what is gathered", (x, model) => gather(model.forward(x), tensor1d([3, 0, 16], "int32"), 1)],
  // The weight is turned in a way that takes a kernel of tfjs's own.
  ["a weight that is turned", (x, { weight }) => linear(x, turned(weight.value))],
  ["a weight that is computed of another", (x, { weight }) => linear(x, add(weight.value, 1) as Tensor2D)],
  [
    "bias and layer scale that are made anew",
    (x, { weight }) => {
      const [bias, scale] = [mean(weight.value, 0) as Tensor1D, tensor1d(new Float32Array(24).fill(2))];
      return linear(x, weight.value as Tensor as Tensor2D, { bias, scale, residual: x });
    },
  ],
];

/** Transposed, by way of a permutation that no backend has a kernel of ours for. */
function turned(weight: Tensor): Tensor2D {
  const [out, width] = weight.shape as [number, number];
  const apart: Tensor4D = transpose(reshape(weight, [out, 1, width, 1]), [2, 1, 0, 3]);
  return reshape(apart, [width, out]);
}

/** What can be replayed, and that it gives what it gave before. */
export function testRepeats({ tokens, settle, expectRight, expectReplays }: ReplayChecks): void {
  test("from the third time on no op is run, and every input has its own output", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    for (const seed of [1, 2]) {
      const kernels = kernelsRun(() => forward(tokens(seed)).dispose());
      expect(kernels.filter((name) => name.startsWith("Tessera"))).toHaveLength(8);
    }
    for (const seed of [3, 4, 5]) {
      expect(kernelsRun(() => forward(tokens(seed)).dispose())).toEqual(["TesseraReplay"]);
    }
    for (const seed of [1, 2, 3]) {
      const x = tokens(seed);
      await expect(forward(x)).toBeAllClose(block.forward(x), exact);
    }
  });

  test("takes inputs that the backend computed", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    await settle(forward);
    const x: Tensor3D = mul(tokens(5), 2);
    expect(isReplay(() => forward(x))).toBe(true);
    await expect(forward(x)).toBeAllClose(block.forward(x), exact);
  });

  test("may be recorded with an input that the backend computed and replayed with one that is not there yet", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    const recorded: Tensor3D = mul(tokens(1, [4, 17, 24]), 2);
    for (let run = 0; run < 2; run++) forward(recorded).dispose();
    const x = tokens(2, [4, 17, 24]);
    expect(isReplay(() => forward(x))).toBe(true);
    await expect(forward(x)).toBeAllClose(block.forward(x), exact);
  });

  test("gives tensors of their own", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    await settle(forward);
    const plain = (seed: number) => block.forward(tokens(seed));
    const [first, second] = [forward(tokens(1)), forward(tokens(2))];
    await expect(first).toBeAllClose(plain(1), exact);
    await expect(second).toBeAllClose(plain(2), exact);
    first.dispose();
    await expect(forward(tokens(3))).toBeAllClose(plain(3), exact);
    await expect(second).toBeAllClose(plain(2), exact);
  });

  test("records every shape apart", async () => {
    const block = newBlock();
    const plain = (x: Tensor3D) => block.forward(x);
    const forward = replayed(block, plain);
    const shapes = [1, 2, 3].map((b) => [b, 5 + b, 24]);
    for (const shape of shapes) await settle(forward, shape);
    for (const shape of shapes) {
      expect(isReplay(() => forward(tokens(1, shape)))).toBe(true);
      await expectRight(forward, plain, shape);
    }
  });

  test("leaves no tensor behind", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    const x = tokens(1);
    await expectNoLeak(() => forward(x).dispose(), { runs: 4 });
  });

  test("may be a part of another", async () => {
    const block = newBlock();
    const inner = replayed(block, (x: Tensor3D) => block.forward(x));
    const outer = replayed(block, (x: Tensor3D) => inner(inner(x)));
    await expectReplays(outer, (x) => block.forward(block.forward(x)));
  });

  test("does not take small tensors that depend on the input for constants", async () => {
    const layer = track(new Linear(4, 3).init(1));
    const plain = (x: Tensor3D) => tidy(() => add(mul(layer.forward(add(x, 1)), scalar(3)), 0.5));
    await expectReplays(replayed(layer, plain), plain, [1, 2, 4]);
  });

  test.each(cases)("%s", async (_, of) => {
    const model = track(new Linear(24, 24).init(1));
    const plain = (x: Tensor3D) => tidy(() => of(x, model));
    // A backend may compute of a weight somewhere else before the weight is first used.
    plain(tokens(1)).dispose();
    await expectReplays(replayed(model, plain), plain);
  });

  test("constants stay as they were, also in an array that is filled again", async () => {
    const layer = track(new Linear(24, 24).init(1));
    const scratch = new Float32Array(2 * 30 * 24);
    const plain = (x: Tensor3D) =>
      tidy(() => {
        let y = layer.forward(x);
        for (let i = 0; i < 40; i++) {
          const constant = tensor(scratch.fill(i), x.shape);
          y = tidy(() => add(mul(y, 0.5), constant));
          constant.dispose();
        }
        return y;
      });
    await expectReplays(replayed(layer, plain), plain, [2, 30, 24]);
  });
}
