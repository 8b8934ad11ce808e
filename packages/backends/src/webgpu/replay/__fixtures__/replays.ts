import { type Tensor, type Tensor3D, memory, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, type Module } from "@tessera/core";
import { kernelsRun, seeded } from "@tessera/testing";
import { afterEach } from "vitest";

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

export function tokens(seed: number, shape = [2, 17, 24]): Tensor3D {
  return seeded(seed).normals(shape) as Tensor3D;
}

/** Bytes of the GPU that tensors and recordings have. */
export function gpuBytes(): number {
  return (memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
}

/** Whether a call ran no op of the model. */
export function isReplay(call: () => Tensor): boolean {
  return kernelsRun(() => call().dispose()).join() === "TesseraReplay";
}

/** Runs a forward as often as it takes until it is replayed, each time with another input. */
export async function settle(forward: (x: Tensor3D) => Tensor, shape?: number[]): Promise<void> {
  for (const seed of [101, 102]) {
    const y = tidy(() => forward(tokens(seed, shape)));
    await y.data();
    y.dispose();
  }
}
