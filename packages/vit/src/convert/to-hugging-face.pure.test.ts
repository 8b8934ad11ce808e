import { type Checkpoint, TesseraError, toHuggingFaceNames, toTimmNames } from "@tessera/core";
import { checkpointOf, contentsOf, goldenCheckpoint, readGoldens, storedTensor, under } from "@tessera/testing";
import { expect, test } from "vitest";
import { vitDialects } from "../convert.ts";
import { namesForHuggingFace } from "./to-hugging-face.ts";

const named = goldenCheckpoint(await readGoldens(new URL("../__fixtures__/names.safetensors", import.meta.url)));
const translated = (checkpoint: Checkpoint) => toHuggingFaceNames(checkpoint, namesForHuggingFace);

test.each([
  ["huggingface_vit", "vit", ""],
  ["huggingface_vit_bare", "vit", "vit."],
  ["huggingface_deit", "deit", ""],
  ["huggingface_dinov2", "dinov2", "dinov2."],
  ["huggingface_dinov2_swiglu", "dinov2", "dinov2."],
])("%s gets the file's own names back", async (name, modelType, prefix) => {
  const got = translated(under(named, `${name}/out/`));
  expect(got).toMatchObject({ modelType, dropped: [] });
  const file = await contentsOf(under(named, `${name}/in/`));
  const kept = Object.entries(file).filter(([key]) => !/pooler|mask_token/.test(key));
  expect(await contentsOf(got.checkpoint)).toEqual(
    Object.fromEntries(kept.map(([key, value]) => [prefix + key, value])),
  );
});

test("with registers the position of the class token becomes zero, which changes nothing", async () => {
  const ours = under(named, "huggingface_dinov2_registers/out/");
  const { checkpoint, modelType } = translated(ours);
  expect(modelType).toBe("dinov2_with_registers");
  const positions = (await contentsOf(checkpoint))["dinov2_with_registers.embeddings.position_embeddings"]!;
  expect(positions.shape).toEqual([1, 5, 8]);
  expect([...positions.values].slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 0));
  expect(await contentsOf(toTimmNames(checkpoint, vitDialects).checkpoint)).toEqual(await contentsOf(ours));
});

test("positions of patches only get one for the class token", async () => {
  const { checkpoint } = translated(under(named, "google_big_vision/out/"));
  expect(checkpoint.tensors.get("vit.embeddings.position_embeddings")!.shape).toEqual([1, 5, 8]);
});

test("DINOv2's head is left out, for it would have twice the width", () => {
  const tensors = {
    cls_token: 1,
    pos_embed: storedTensor(new Float32Array(5), [1, 5, 1]),
    "blocks.0.ls1.gamma": 1,
    "head.weight": 1,
  };
  expect(translated(checkpointOf(tensors)).dropped).toEqual(["head.weight"]);
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
    { cls_token: 1, "blocks.0.attn.qkv.bias": storedTensor(new Float32Array(4)) },
    /expected rows divisible by 3, got 4/,
  ],
])("refuses %s", (_, tensors, message) => {
  const run = (): unknown => translated(checkpointOf(tensors));
  expect(run).toThrow(TesseraError);
  expect(run).toThrow(message);
});
