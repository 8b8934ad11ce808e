import type { Tensor3D } from "@tensorflow/tfjs-core";
import { countCalls, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { Stage } from "./stage.ts";

const config = {
  imageSize: 56,
  patchSize: 4,
  width: 16,
  depths: [2],
  heads: [2],
  windowSize: 7,
  classes: 0,
};

// Seven of a ViT's block, and two that look the biases of positions up in their table: in smaller windows than these tfjs
// does it on the processor.
test("a block, shifted or not, is nine dispatches, which do not read back", () => {
  const { blocks } = new Stage(config, 0, [0, 0]).init(1);
  const tokens = seeded(1).normals([1, 196, 16]) as Tensor3D;
  for (const block of blocks) {
    const forward = () => block.forward(tokens, {}, { grid: [14, 14] }).dispose();
    forward();
    expect(countCalls(GPUComputePassEncoder, "dispatchWorkgroups", forward)).toBe(9);
    expect(countCalls(GPUBuffer, "mapAsync", forward)).toBe(0);
    block.dispose();
  }
  tokens.dispose();
});
