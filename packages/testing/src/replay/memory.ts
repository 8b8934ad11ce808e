import { type Tensor, type Tensor3D, add, engine, tensor, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, type Recorder, Recordings, replayed } from "@tessera/core";
import { beforeEach, expect, test } from "vitest";
import { type ReplayChecks, isReplay, newBlock } from "./replay-checks.ts";

export interface MemoryOptions {
  /** The recordings of the current backend. */
  recordings: () => Recordings;
  /** Another recorder of the current backend. */
  recorder: () => Recorder;
  /** How many sizes come in turn where they change for ever. Forwards of more than 64 sizes are forgotten. @default 80 */
  sizes?: number;
}

/** What recordings hold, and for how long. */
export function testMemory(
  { shape: usual, tokens, settle }: ReplayChecks,
  { recordings, recorder, sizes = 80 }: MemoryOptions,
): void {
  const heldBytes = () => recordings().bytes;
  beforeEach(() => recordings().clear());

  test("what recordings hold goes with the parameters", async () => {
    for (let round = 0; round < 3; round++) {
      const block = new EncoderBlock({ width: 24, heads: 2 }).init(1);
      const forward = replayed(block, (x: Tensor3D) => block.forward(x));
      await settle(forward);
      const recorded = heldBytes();
      expect(recorded).toBeGreaterThan(0);
      await settle(forward);
      expect(heldBytes()).toBe(recorded);
      block.dispose();
      expect(heldBytes()).toBe(0);
    }
  });

  test("few recordings are held, those that were used last", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    const shapes = Array.from({ length: 12 }, (_, i) => [1, 5 + i, 24]);
    const run = (shape: number[]) => forward(tokens(1, shape));
    for (const shape of shapes) {
      await settle(forward, shape);
      expect(isReplay(() => run(shapes[0]!))).toBe(true);
    }
    for (const at of [0, 11, 10, 5]) expect(isReplay(() => run(shapes[at]!))).toBe(true);
    for (const at of [4, 1]) expect(isReplay(() => run(shapes[at]!))).toBe(false);
  });

  test("recordings hold so many bytes, but for the newest", () => {
    const block = newBlock();
    const few = new Recordings(recorder(), { maxBytes: 100_000 });
    const forward = (x: Tensor) => block.forward(x as Tensor3D);
    function bytesAfter(shape: number[]): number {
      for (const seed of [1, 2]) {
        const x = tokens(seed, shape);
        engine()
          .makeTensorFromTensorInfo(few.run(forward, 0, x))
          .dispose();
        x.dispose();
      }
      return few.bytes;
    }
    const seen = [1, 2, 40].map((b) => bytesAfter([b, 5, 24]));
    expect(seen[1]).toBeGreaterThan(2 * seen[0]!);
    expect(seen[1]).toBeLessThan(100_000);
    expect(seen[2]).toBeGreaterThan(100_000);
    expect(bytesAfter([1, 5, 24])).toBe(seen[0]);
    few.clear();
    expect(few.bytes).toBe(0);
  });

  test("constants count", async () => {
    const block = newBlock();
    const constant = new Float32Array(usual.reduce((product, length) => product * length, 1));
    const forward = replayed(block, (x: Tensor3D) => tidy(() => add(block.forward(x), tensor(constant, x.shape))));
    const without = replayed(block, (x: Tensor3D) => tidy(() => add(block.forward(x), x)));
    const bytes: number[] = [];
    for (const each of [without, forward]) {
      const before = heldBytes();
      await settle(each);
      bytes.push(heldBytes() - before);
    }
    expect(bytes[1]! - bytes[0]!).toBe(constant.byteLength);
  });

  test("of forwards that came long ago nothing is known", () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    const run = (n: number) => isReplay(() => forward(tokens(1, [1, n, 24])));
    for (const others of [62, 64]) {
      expect(run(1)).toBe(false);
      for (let n = 0; n < others; n++) expect(run(100 + n)).toBe(false);
      expect(run(1)).toBe(false);
      expect(run(1)).toBe(others < 63);
      block.init(others);
    }
  });

  test("forwards of ever changing sizes hold no more than before", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    const seen: number[] = [];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < sizes; i++) await settle(forward, [1, 5 + i, 24]);
      seen.push(heldBytes());
    }
    expect(seen[2]).toBe(seen[1]);
  });
}
