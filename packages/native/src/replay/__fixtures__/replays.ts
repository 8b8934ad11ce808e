import { type Tensor, type Tensor3D, dispose, memory, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, type Module } from "@tessera/core";
import { kernelsRun, seeded } from "@tessera/testing";
import { afterEach, expect } from "vitest";
import "../../index.ts";

export type Forward = (x: Tensor3D) => Tensor;

const made: Module[] = [];

/** Has a model disposed of after the test. */
export function track<M extends Module>(model: M): M {
  made.push(model);
  return model;
}

afterEach(() => {
  for (const model of made.splice(0)) model.dispose();
});

export const newBlock = (): EncoderBlock => track(new EncoderBlock({ width: 24, heads: 2 }).init(1));

/** Of a length from which arrays serve again. */
export function tokens(seed: number, shape = [4, 17, 24]): Tensor3D {
  return seeded(seed).normals(shape) as Tensor3D;
}

/** Whether a call ran no op of the model. */
export function isReplay(call: () => Tensor): boolean {
  return kernelsRun(() => dispose(tidy(call))).join() === "TesseraReplay";
}

/** Runs a forward as often as it takes until it is replayed, each time with another input. */
export function settle(forward: Forward, shape?: number[]): void {
  for (const seed of [101, 102]) isReplay(() => forward(tokens(seed, shape)));
}

/** Outputs of several inputs, to the bit those of the plain forward. */
export async function expectRight(forward: Forward, plain: Forward, shape?: number[]): Promise<void> {
  for (const seed of [1, 2, 1]) {
    const x = tokens(seed, shape);
    const [got, expected] = tidy(() => [forward(x), plain(x)]) as [Tensor, Tensor];
    await expect(got).toBeAllClose(expected, { rtol: 0, atol: 0 });
    dispose([x, got, expected]);
  }
}

/** The same of a forward that is replayed from the third time on. */
export async function expectReplays(forward: Forward, plain: Forward, shape?: number[]): Promise<void> {
  settle(forward, shape);
  expect(isReplay(() => forward(tokens(1, shape)))).toBe(true);
  await expectRight(forward, plain, shape);
  expect(isReplay(() => forward(tokens(1, shape)))).toBe(true);
}

/** The same of a forward that is never replayed, not even when the same input comes again and again. */
export async function expectSteps(forward: Forward, plain: Forward, shape?: number[]): Promise<void> {
  const x = tokens(1, shape);
  const { numTensors } = memory();
  for (let run = 0; run < 7; run++) expect(isReplay(() => forward(x))).toBe(false);
  expect(memory().numTensors).toBe(numTensors);
  x.dispose();
  await expectRight(forward, plain, shape);
}
