// Every op on every instruction set of this machine, which is why node-native leaves core's own test of them out.
import { getKernel, getKernelsForBackend, setBackend } from "@tensorflow/tfjs-core";
import {
  compileOp,
  deformableAttentionGradOp,
  deformableAttentionOp,
  ops,
  preprocessOp,
  roiAlignGradOp,
  roiAlignOp,
} from "@tessera/core";
import { coreOpCases, opSuite } from "@tessera/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { isas, useIsa } from "./__fixtures__/both.ts";

// Detectors' ops gather and scatter a little beside the products around them; here they are composed of tfjs's own.
const composedHere = [deformableAttentionOp, deformableAttentionGradOp, roiAlignOp, roiAlignGradOp];

test("every op but those of a GPU and of detectors has a kernel", () => {
  const registered = new Set(getKernelsForBackend("native").map(({ kernelName }) => kernelName));
  const lacking = ops.map(({ name }) => name).filter((name) => !registered.has(name));
  expect(lacking.sort()).toEqual([preprocessOp, compileOp, ...composedHere].map(({ name }) => name).sort());
});

describe.each(isas)("%s", (isa) => {
  beforeAll(async () => {
    await setBackend("native");
    useIsa(isa);
  });
  opSuite(ops, coreOpCases, {
    tolerance: { rtol: 1e-5, atol: 2e-5 },
    has: ({ name }) => getKernel(name, "native") !== undefined,
  });
});
