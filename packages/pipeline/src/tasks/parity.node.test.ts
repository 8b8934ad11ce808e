// One model on every backend that every machine has. Browsers run the goldens of each family on theirs.
import { getBackend, memory, setBackend } from "@tensorflow/tfjs-core";
import { readGoldens } from "@tessera/testing";
import { Vit } from "@tessera/vit";
import { type TensorToWrite, writeSafetensors } from "@tessera/weights";
import { afterEach, beforeEach, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { expected, jsonBlob, tinyConfig, weightsFixture } from "../__fixtures__/tiny-vit.ts";
import { unregisterKernels } from "../__fixtures__/without-kernels.ts";
import { loadModel } from "../source/load-model.ts";
import { type ParityReference, parity } from "./parity.ts";

const backends = ["wasm", "cpu"] as const;
const before = getBackend();

let tensors: number;
beforeEach(() => {
  tensors = memory().numTensors;
});
afterEach(async () => {
  await setBackend(before);
  for (const name of backends) unregisterKernels(name);
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

async function tiny() {
  const { model } = await loadModel({
    config: jsonBlob(tinyConfig),
    weights: await weightsFixture("timm.safetensors"),
  });
  return model;
}

/** [b, c, h, w] -> [b, h, w, c] */
function channelsLast(values: Float32Array, [b, c, h, w]: readonly number[]): ParityReference["images"] {
  const size = c! * h! * w!;
  const moved = values.map((_, i) => {
    const [image, rest] = [Math.floor(i / size), i % size];
    return values[image * size + (rest % c!) * h! * w! + Math.floor(rest / c!)]!;
  });
  return { shape: [b!, h!, w!, c!], values: moved };
}

/** PyTorch's input and logits. */
async function reference(): Promise<ParityReference> {
  return { images: channelsLast(await expected("input"), [2, 3, 32, 32]), logits: await expected("logits") };
}

test("backends agree with each other, the first with itself exactly", async () => {
  using model = await tiny();
  const { rows, passed } = await parity(model, { backends, batch: 3, tolerance: 1e-5 });
  expect(rows.map(({ backend }) => backend)).toEqual(["wasm", "cpu"]);
  expect(rows[0]).toMatchObject({ maxDifference: 0, meanDifference: 0, top1Agreement: 1, passed: true });
  expect(rows[1]!.maxDifference).toBeGreaterThan(0);
  expect(rows[1]!.meanDifference).toBeLessThanOrEqual(rows[1]!.maxDifference);
  expect(passed).toBe(true);
});

test("backends agree with PyTorch, and not with what is wrong", async () => {
  using model = await tiny();
  const right = await reference();
  expect(await parity(model, { backends, reference: right, tolerance: 1e-5 })).toMatchObject({ passed: true });

  const one = ["cpu"] as const;
  const off = { ...right, logits: right.logits.map((value, i) => (i === 7 ? value + 0.5 : value)) };
  const { rows, passed } = await parity(model, { backends: one, reference: off });
  expect(passed).toBe(false);
  expect(rows[0]!.maxDifference).toBeCloseTo(0.5, 4);
  expect(rows[0]!.meanDifference).toBeCloseTo(0.5 / 20, 4);

  const other = { ...right, logits: right.logits.map((value) => -value) };
  expect((await parity(model, { backends: one, reference: other })).rows[0]).toMatchObject({
    top1Agreement: 0,
    passed: false,
  });
});

test("NaN is past every tolerance", async () => {
  using model = await tiny();
  const bias = model.params().get("head.bias")!;
  bias.set(new Float32Array(10).fill(NaN));
  const { passed } = await parity(model, { backends: ["cpu"], reference: await reference(), tolerance: 1e9 });
  expect(passed).toBe(false);
});

test("timm's goldens of a ViT with registers hold on both", async () => {
  const goldens = await readGoldens(
    new URL("../../../vit/src/__fixtures__/vit_registers.safetensors", import.meta.url),
  );
  const weights: Record<string, TensorToWrite> = {};
  for (const [name, { shape, data }] of goldens.tensors) {
    if (name.startsWith("weights/")) weights[name.slice("weights/".length)] = { shape, values: data };
  }
  const { num_classes, ...model_args } = goldens.config;
  const config = jsonBlob({ architecture: "vit", num_classes, model_args });
  const { model } = await loadModel({ config, weights: writeSafetensors(weights) });
  using _ = model;
  const [input, logits] = [goldens.get("input"), goldens.get("logits")];
  const golden = { images: channelsLast(input.data as Float32Array, input.shape), logits: logits.data as Float32Array };
  expect(await parity(model, { backends, reference: golden, tolerance: 1e-4 })).toMatchObject({ passed: true });
});

test("says what does not fit", async () => {
  using model = new Vit({ imageSize: 32, patchSize: 8, width: 8, depth: 1, heads: 2, mlpDim: 8, classes: 3 }).init(1);
  expect(await failure(parity(model, { backends: ["cpu"], reference: await reference() }))).toBe(
    "parity: expected 20 logits as in the reference, got 6; is it of another model?",
  );
  expect(await failure(parity(model, { backends: ["webgl" as "cpu"] }))).toMatch(
    /^parity: expected a backend that works, got none of webgl$/,
  );
});
