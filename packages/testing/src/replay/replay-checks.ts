import { type Tensor, type Tensor3D, dispose, memory, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, type Module } from "@tessera/core";
import { expect, onTestFinished } from "vitest";
import { kernelsRun } from "../kernels-run.ts";
import { seeded } from "../seeded.ts";

type Forward = (x: Tensor3D) => Tensor;

/** What tests of replays ask of forwards, for inputs of one shape unless another is given. */
export interface ReplayChecks {
  shape: number[];
  tokens(seed: number, shape?: number[]): Tensor3D;
  /** Runs a forward as often as it takes until it is replayed, each time with another input. */
  settle(forward: Forward, shape?: number[]): Promise<void>;
  /** Outputs of several inputs are to the bit those of the plain forward. */
  expectRight(forward: Forward, plain: Forward, shape?: number[]): Promise<void>;
  /** The same of a forward that is replayed from the third time on. */
  expectReplays(forward: Forward, plain: Forward, shape?: number[]): Promise<void>;
  /** The same of a forward that is never replayed, not even when the same input comes again and again. */
  expectSteps(forward: Forward, plain: Forward, shape?: number[]): Promise<void>;
}

/** Has a model disposed of after the test. */
export function track<M extends Module>(model: M): M {
  onTestFinished(() => model.dispose());
  return model;
}

export const newBlock = (): EncoderBlock => track(new EncoderBlock({ width: 24, heads: 2 }).init(1));

/** Whether a call ran no op of the model. */
export function isReplay(call: () => Tensor): boolean {
  return kernelsRun(() => dispose(tidy(call))).join() === "TesseraReplay";
}

/** @param usual the shape of tokens where none is given: a batch, a number of tokens and a width of 24. */
export function replayChecks(usual: [number, number, 24]): ReplayChecks {
  const tokens = (seed: number, shape: number[] = usual) => seeded(seed).normals(shape) as Tensor3D;

  async function settle(forward: Forward, shape?: number[]): Promise<void> {
    for (const seed of [101, 102]) {
      const y = tidy(() => forward(tokens(seed, shape)));
      await y.data();
      y.dispose();
    }
  }

  async function expectRight(forward: Forward, plain: Forward, shape?: number[]): Promise<void> {
    for (const seed of [1, 2, 3, 1]) {
      const x = tokens(seed, shape);
      const [got, expected] = tidy(() => [forward(x), plain(x)]) as [Tensor, Tensor];
      await expect(got).toBeAllClose(expected, { rtol: 0, atol: 0 });
      dispose([x, got, expected]);
    }
  }

  async function expectReplays(forward: Forward, plain: Forward, shape?: number[]): Promise<void> {
    await settle(forward, shape);
    expect(isReplay(() => forward(tokens(1, shape)))).toBe(true);
    await expectRight(forward, plain, shape);
    expect(isReplay(() => forward(tokens(1, shape)))).toBe(true);
  }

  async function expectSteps(forward: Forward, plain: Forward, shape?: number[]): Promise<void> {
    const x = tokens(1, shape);
    const { numTensors } = memory();
    for (let run = 0; run < 7; run++) expect(isReplay(() => forward(x))).toBe(false);
    expect(memory().numTensors).toBe(numTensors);
    x.dispose();
    await expectRight(forward, plain, shape);
  }

  return { shape: usual, tokens, settle, expectRight, expectReplays, expectSteps };
}
