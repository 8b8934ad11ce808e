// A tiny hybrid as Google's own files are: the same tensors as timm's loader makes of it, and the answers of both.
import { toTimmNames } from "@tessera/core";
import { hybridFamily } from "@tessera/hybrid";
import { contentsOf, readFixture, readGoldens, restore, under } from "@tessera/testing";
import { openCheckpoint } from "@tessera/weights";
import { transpose, type Tensor4D } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { describeVariant, knownVariant } from "./describe-variant.ts";
import { createBackbone } from "./families.ts";
import { anyToTimmNames } from "./rename.ts";

const google = new URL("../../../hybrid/src/__fixtures__/hybrid_google.npz", import.meta.url);
const timm = new URL("../../../hybrid/src/__fixtures__/hybrid_google_expected.safetensors", import.meta.url);
const expected = await readGoldens(timm);
const npz = await readFixture(google);

test("has timm's names and tensors", async () => {
  const wanted = under(await openCheckpoint(await readFixture(timm)), "weights/");
  const names = toTimmNames(await openCheckpoint(npz), hybridFamily.dialects);
  const {
    "pre_logits.fc.weight": _,
    "pre_logits.fc.bias": __,
    ...contents
  } = Object.fromEntries(Object.entries(await contentsOf(names.checkpoint)));
  expect(contents).toEqual(Object.fromEntries(Object.entries(await contentsOf(wanted))));
});

test.each([
  ["timm", "logits", { activation: "gelu" }],
  ["google", "google/logits", { activation: "gelu_tanh" }],
] as const)("answers in %s's arithmetic", async (arithmetic, logits, own) => {
  const { checkpoint } = await anyToTimmNames(await openCheckpoint(npz));
  const sizes = {
    imageSize: 64,
    width: 32,
    depth: 2,
    heads: 2,
    mlpDim: 128,
    classes: 10,
    backbone: { depths: [1, 2, 1], widths: [32, 64, 128], stem: 8, groups: 4 },
  };
  using model = await createBackbone("vit_base_r50_s16_384", { ...sizes, ...own, arithmetic } as object);
  for (const name of ["pre_logits.fc.weight", "pre_logits.fc.bias"]) (checkpoint.tensors as Map<string, unknown>).delete(name); // prettier-ignore
  await model.load(checkpoint);
  const images = transpose(restore(expected.get("input")), [0, 2, 3, 1]) as Tensor4D;
  await expect(model.forward(images)).toBeAllClose(expected.get(logits), { rtol: 1e-4, atol: 1e-5 });
});

test("is a model with the pre-logits that the original files have, and with Google's GELU", async () => {
  const names = await anyToTimmNames(await openCheckpoint(npz));
  const { model } = await describeVariant(await knownVariant("vit_base_r50_s16_384"), names, {});
  expect(model.config).toMatchObject({ classes: 10, preLogits: true, activation: "gelu_tanh" });
  expect(model.params().has("pre_logits.fc.weight")).toBe(true);
});
