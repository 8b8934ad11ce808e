import {
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  abs,
  add,
  grad,
  keep,
  mul,
  neg,
  slice,
  sum,
  tensor,
  tensor1d,
  tidy,
} from "@tensorflow/tfjs-core";
import { type EncoderBlock, Random, capture, dropout, linear, replayed } from "@tessera/core";
import { expect, test } from "vitest";
import { kernelsRun } from "../kernels-run.ts";
import { type ReplayChecks, isReplay, newBlock } from "./replay-checks.ts";

const fickle: [string, (x: Tensor, run: number) => Tensor][] = [
  ["a scalar that is another each time", (x, run) => mul(x, run)],
  ["a size that is another each time", (x, run) => mul(slice(x, [0, 0, 0], [1, run, 24]), 2)],
  [
    "a weight that is another each time",
    (x, run) => linear(x, tensor(new Float32Array(24 * 24).fill(run), [24, 24]) as Tensor2D),
  ],
  ["an op that is another each time", (x, run) => (run % 2 ? neg(x) : abs(x))],
];

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

/** What cannot be replayed. */
export function testSteps({ tokens, settle }: ReplayChecks): void {
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
    await settle(forward);
    const gradient = (f: (x: Tensor3D) => Tensor) =>
      grad((x: Tensor) => sum(mul(f(x as Tensor3D), tokens(9))))(tokens(1));
    await expect(gradient(forward)).toBeAllClose(
      gradient((x) => block.forward(x)),
      { rtol: 0, atol: 0 },
    );
    expect(isReplay(() => forward(tokens(1)))).toBe(true);
  });

  test("empty inputs", () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor) => add(x, 1));
    for (let run = 0; run < 4; run++) expect(isReplay(() => forward(tensor([], [0, 17, 24])))).toBe(false);
  });
}
