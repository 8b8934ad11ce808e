import { FormatError } from "@tessera/core";
import { writeSafetensors } from "@tessera/weights";
import { expect, test } from "vitest";
import { jsonBlob } from "../__fixtures__/tiny-vit.ts";
import { smallArguments, smallConfig } from "../__fixtures__/small-model.ts";
import { loadModel } from "./load-model.ts";

const patchEmbed = { shape: [4, 3, 4, 4], values: new Float32Array(192) };
const positions = { shape: [1, 5, 4], values: new Float32Array(20) };
const weights = writeSafetensors({ "patch_embed.proj.weight": patchEmbed, pos_embed: positions });
let nested: unknown = [];
for (let i = 0; i < 1000; i++) nested = [nested];
const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;

const timm = (changes: object, others = {}) =>
  jsonBlob(smallConfig({ model_args: { ...smallArguments, ...changes }, ...others }));
const transformers = (changes: object) =>
  jsonBlob({ model_type: "vit", hidden_size: 4, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 4, image_size: 8, patch_size: 4, ...changes }); // prettier-ignore

test.each<[string, Blob, RegExp]>([
  ["a depth of a million", timm({ depth: 1e6 }), /expected depth to be a whole number from 1 to 1000, got 1000000/],
  ["as many layers", transformers({ num_hidden_layers: 1e6 }), /expected depth to be a whole number from 1 to 1000/],
  ["pictures of 20,000 pixels", timm({ img_size: 20_000 }), /expected imageSize to be a side of 1 to 4096 pixels/],
  ["pictures of 2000 pixels for a grid of 2", timm({ img_size: 2000 }), /got pos_embed of \[1, 250001, 4\] for \[1, 5, 4\]/], // prettier-ignore
  ["the same of transformers", transformers({ image_size: 2000 }), /got pos_embed of \[1, 250001, 4\] for \[1, 5, 4\]/],
  ["a negative ε", transformers({ layer_norm_eps: -5 }), /expected epsilon to be a number from 1e-15 to 0\.1, got -5/],
  [
    "ε that is no number",
    transformers({ layer_norm_eps: "1e-6" }),
    /expected layer_norm_eps to be a number, got "1e-6"/,
  ],
  ["a width that no machine has", timm({ embed_dim: 1e9 }), /expected width to be a whole number from 1 to 65536/],
  ["a million classes", timm({}, { num_classes: 1e6 }), /got head\.weight of \[1000000, 4\] for 212 values in all/],
  ["a billion classes", timm({}, { num_classes: 1e9 }), /expected num_classes to be a whole number from 0 to 1048576/],
  ["preprocessing of 4000 pixels", timm({}, { pretrained_cfg: { input_size: [3, 4000, 4000] } }), /at most 512 pixels for a model of 8, .* got 4000 and 4571/], // prettier-ignore
  ["a crop of a thousandth", timm({}, { pretrained_cfg: { input_size: [3, 8, 8], crop_pct: 1e-3 } }), /got 8 and 8000/],
  ["arguments that are a list", timm({}, { model_args: [] }), /expected model_args to be an object, got \[\]/],
  [
    "a ratio that is text",
    transformers({ intermediate_size: "4" }),
    /expected intermediate_size to be a number, got "4"/,
  ],
  [
    "classes that are a number",
    transformers({ architectures: 5 }),
    /expected architectures to be a list of texts, got 5/,
  ],
  ["an activation that is a deep list", transformers({ hidden_act: nested }), /expected hidden_act to be text, got \[\[…\]\]/], // prettier-ignore
  [
    "a ratio that is a deep list",
    transformers({ mlp_ratio: nested }),
    /expected mlp_ratio to be a number, got \[\[…\]\]/,
  ],
  ["registers that are a deep list", transformers({ model_type: "dinov2_with_registers", num_register_tokens: nested }), /expected num_register_tokens to be a number/], // prettier-ignore
  ["a label that is a deep list", timm({}, { label_names: [nested] }), /expected label_names to be a list of texts/],
  ["labels that are lists", transformers({ id2label: { 0: [] } }), /expected id2label to be an object of texts/],
  ["nothing but brackets", new Blob([deep]), /expected timm's config\.json with "architecture"/],
  ["a control sequence", jsonBlob({ architecture: "\u001b[2J" }), /got "\\u001b\[2J"; `tessera models`/],
])("refuses %s, before anything is made of it", async (_, config, message) => {
  const before = performance.now();
  const error = await loadModel({ config, weights }, { resetHead: true }).catch((caught: unknown) => caught);
  expect((error as Error).message).toMatch(message);
  expect(error).toBeInstanceOf(FormatError);
  // What goes wrong here takes hours; a busy machine takes its time, too.
  expect(performance.now() - before).toBeLessThan(10_000);
});
