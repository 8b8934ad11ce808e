// Checkpoints of torchvision and transformers under their own names: all of it is taken, and the model gives their logits.
import { type Tensor4D, transpose } from "@tensorflow/tfjs-core";
import { toTimmNames } from "@tessera/core";
import { goldenCheckpoint, readGoldens, restore, under } from "@tessera/testing";
import { expect, test } from "vitest";
import { type TimmConfig, configOf } from "./__fixtures__/goldens.ts";
import { swinDialects } from "./convert.ts";
import { Swin } from "./model.ts";

test.each([
  ["torchvision", 1, new URL("./__fixtures__/torchvision.safetensors", import.meta.url)],
  ["torchvision", 2, new URL("./__fixtures__/torchvision_v2.safetensors", import.meta.url)],
  ["huggingface", 2, new URL("./__fixtures__/huggingface_v2.safetensors", import.meta.url)],
] as const)("%s's version %d", async (name, _, url) => {
  const goldens = await readGoldens(url);
  const { checkpoint, dialect } = toTimmNames(under(goldenCheckpoint(goldens), "weights/"), swinDialects);
  expect(dialect).toBe(name);
  using model = new Swin({ ...configOf(goldens.config as unknown as TimmConfig), windowRule: "huggingface" });
  await model.load(checkpoint);
  const images = transpose(restore(goldens.get("input")), [0, 2, 3, 1]) as Tensor4D;
  await expect(model.forward(images)).toBeAllClose(goldens.get("logits"), { rtol: 1e-4, atol: 1e-5 });
});
