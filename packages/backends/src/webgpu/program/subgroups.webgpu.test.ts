import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, engine, softmax } from "@tensorflow/tfjs-core";
import { attention, layerNorm, layerNormGrad, softmaxCrossEntropy } from "@tessera/core";
import { composed, seeded } from "@tessera/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseSubgroup, describedSubgroup } from "./choose-subgroup.ts";
import { callOf, forwardProgram } from "../kernels/attention.ts";
import { layerNormProgram } from "../kernels/layer-norm.ts";
import { dispatch, emptyTensor } from "./program.ts";
import { type Subgroup, setSubgroup, subgroupOf } from "./subgroups.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

const backend = engine().backend as unknown as TfjsWebgpu;
const before = subgroupOf(backend.device);
const described = describedSubgroup(backend.device);
afterAll(() => setSubgroup(backend.device, before));

/** Without subgroups, as the GPU describes them, and in steps of fewer threads than they have. */
const ways: [string, Subgroup | undefined][] = [
  ["workgroup memory", undefined],
  ...(described
    ? ([
        [`subgroups of ${described.size}`, described],
        [`subgroups of ${described.size} or more`, { ...described, whole: false }],
        ["pairs", { size: 2, whole: false }],
      ] satisfies [string, Subgroup][])
    : []),
];

test("each way is a program of its own", () => {
  const keys = ways.map(([, subgroup]) => layerNormProgram(64, 16, subgroup).key);
  expect(new Set(keys).size).toBe(ways.length);
});

async function expectEqual(fn: () => Tensor | Tensor[], atol: number) {
  const [got, expected] = [fn(), composed(fn)].map((value) => (Array.isArray(value) ? value : [value]));
  expect(got!.length).toBe(expected!.length);
  for (const [i, value] of got!.entries()) await expect(value).toBeAllClose(expected![i]!, { atol });
}

describe.each(ways)("reductions through %s equal the composed definitions", (_, subgroup) => {
  beforeAll(() => setSubgroup(backend.device, subgroup));
  const random = seeded(1);

  test.each([
    [1, 1],
    [5, 14],
    [17, 33],
    [3, 256],
    [31, 300],
  ] as const)("layer norm and its gradients, %i rows of %i", async (rows, width) => {
    const [x, dy] = [random.normals([rows, width]), random.normals([rows, width])];
    const [gamma, beta] = [random.normals([width]) as Tensor1D, random.normals([width]) as Tensor1D];
    await expectEqual(() => layerNorm(x, gamma, beta, 1e-6), 1e-5);
    // A row of one number has no spread: its derivative is a difference of large numbers.
    if (width > 1) await expectEqual(() => layerNormGrad(dy, x, gamma, 1e-6), 5e-5);
  });

  test.each([
    [1, 3],
    [15, 64],
    [16, 197],
  ] as const)("softmax cross entropy, %i rows of %i classes", async (rows, classes) => {
    const logits = random.normals([rows, classes], 4) as Tensor2D;
    const target = softmax(random.normals([rows, classes])) as Tensor2D;
    await expectEqual(() => softmaxCrossEntropy(logits, target), 1e-5);
  });

  test("attention", async () => {
    const inputs = [1, 2, 3].map(() => random.normals([2, 35, 12])) as [Tensor3D, Tensor3D, Tensor3D];
    const attrs = { heads: 1, scale: 2 };
    const [q, k, v] = inputs;
    const { variant, params } = callOf({ q, k, v }, attrs);
    const y = emptyTensor(backend, q.shape);
    // Not by the op, which takes subgroups only where they hold a whole row of threads.
    dispatch(backend, forwardProgram(variant, "off", "output", subgroup), { inputs, outputs: [y], params, groups: 4 });
    const expected = composed(() => attention(...inputs, attrs));
    await expect(engine().makeTensorFromTensorInfo(y)).toBeAllClose(expected, { atol: 2e-5 });
  });
});

test("a GPU whose subgroups have neighbours in them is used as it describes itself, another not", async () => {
  expect(await chooseSubgroup(backend)).toEqual(described);
  const largest = backend.device.adapterInfo.subgroupMaxSize;
  const tooLarge = described && largest < 64 && { size: 2 * largest, whole: false };
  expect(tooLarge && (await chooseSubgroup(backend, tooLarge))).toBeFalsy();
});

test("a GPU is believed about its subgroups only if it has the feature and tells their size", () => {
  const info = (min: number, max: number) => ({ subgroupMinSize: min, subgroupMaxSize: max }) as GPUAdapterInfo;
  const features = new Set(["subgroups"]);
  expect(describedSubgroup({ features, adapterInfo: info(8, 32) })).toEqual({ size: 8, whole: false });
  expect(describedSubgroup({ features, adapterInfo: info(32, 32) })).toEqual({ size: 32, whole: true });
  expect(describedSubgroup({ features: new Set(), adapterInfo: info(32, 32) })).toBeUndefined();
  expect(describedSubgroup({ features, adapterInfo: {} as GPUAdapterInfo })).toBeUndefined();
});
