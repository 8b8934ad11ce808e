import { type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import { countCalls, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { TntBlock } from "./block.ts";

const config = {
  imageSize: 16,
  patchSize: 8,
  width: 16,
  innerWidth: 8,
  depth: 1,
  heads: 2,
  innerHeads: 4,
  mlpDim: 32,
  classes: 0,
};

test.each([false, true])(
  "a block is eleven dispatches, which neither write uniforms anew nor read back, legacy %s",
  (legacy) => {
    const block = new TntBlock({ ...config, legacy }, 4, 0).init(1);
    const words = seeded(1).normals([2 * 4, 4, 8]) as Tensor3D;
    const tokens = seeded(2).normals([2, 1 + 4, 16]) as Tensor3D;
    const forward = () => tidy(() => void block.forward({ words, tokens }));
    // The first packs the parameters.
    forward();
    expect(countCalls(GPUComputePassEncoder, "dispatchWorkgroups", forward)).toBe(11);
    expect(countCalls(GPUQueue, "writeBuffer", forward)).toBe(0);
    expect(countCalls(GPUBuffer, "mapAsync", forward)).toBe(0);
    block.dispose();
  },
);
