import { TesseraError } from "@tessera/core";
import { readFixture } from "@tessera/testing";
import { beforeAll, expect, test } from "vitest";
import { checkpointOf, contents, stored, under } from "../__fixtures__/named.ts";
import { readSafetensors } from "../safetensors/read.ts";
import { toHuggingFaceNames } from "./to-huggingface.ts";
import { toTimmNames } from "./to-timm.ts";

let named: Awaited<ReturnType<typeof readSafetensors>>;
beforeAll(async () => {
  named = await readSafetensors(await readFixture(new URL("../__fixtures__/names.safetensors", import.meta.url)));
});

test.each([
  ["huggingface_vit", "vit", ""],
  ["huggingface_vit_bare", "vit", "vit."],
  ["huggingface_deit", "deit", ""],
  ["huggingface_dinov2", "dinov2", "dinov2."],
  ["huggingface_dinov2_swiglu", "dinov2", "dinov2."],
])("%s gets the file's own names back", async (name, model, prefix) => {
  const got = toHuggingFaceNames(under(named, `${name}/out/`));
  expect(got).toMatchObject({ model, dropped: [] });
  const file = await contents(under(named, `${name}/in/`));
  const kept = Object.entries(file).filter(([key]) => !/pooler|mask_token/.test(key));
  expect(await contents(got.checkpoint)).toEqual(Object.fromEntries(kept.map(([key, value]) => [prefix + key, value])));
});

test("with registers the position of the class token becomes zero, which changes nothing", async () => {
  const ours = under(named, "huggingface_dinov2_registers/out/");
  const { checkpoint, model } = toHuggingFaceNames(ours);
  expect(model).toBe("dinov2_with_registers");
  const positions = (await contents(checkpoint))["dinov2_with_registers.embeddings.position_embeddings"]!;
  expect(positions.shape).toEqual([1, 5, 8]);
  expect([...positions.values].slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 0));
  expect(await contents(toTimmNames(checkpoint).checkpoint)).toEqual(await contents(ours));
});

test("positions of patches only get one for the class token", async () => {
  const { checkpoint } = toHuggingFaceNames(under(named, "google_big_vision/out/"));
  expect(checkpoint.tensors.get("vit.embeddings.position_embeddings")!.shape).toEqual([1, 5, 8]);
});

test("DINOv2's head is left out, for it would have twice the width", () => {
  const tensors = {
    cls_token: 1,
    pos_embed: stored(new Float32Array(5), [1, 5, 1]),
    "blocks.0.ls1.gamma": 1,
    "head.weight": 1,
  };
  expect(toHuggingFaceNames(checkpointOf(tensors)).dropped).toEqual(["head.weight"]);
});

test.each([
  [
    "a part of its own",
    { cls_token: 1, "blocks.0.attn.q_norm.weight": 1 },
    /expected the parts of Hugging Face's vit, got blocks\.0\.attn\.q_norm\.weight besides/,
  ],
  ["no class token", { "norm.weight": 1 }, /expected a cls_token, got none/],
  [
    "rows that are no q, k, v",
    { cls_token: 1, "blocks.0.attn.qkv.bias": stored(new Float32Array(4)) },
    /expected rows divisible by 3, got 4/,
  ],
])("refuses %s", (_, tensors, message) => {
  const run = (): unknown => toHuggingFaceNames(checkpointOf(tensors));
  expect(run).toThrow(TesseraError);
  expect(run).toThrow(message);
});
