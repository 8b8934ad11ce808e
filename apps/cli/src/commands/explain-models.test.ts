import { readFile, stat } from "node:fs/promises";
import { buildModel, saveModel } from "@tessera/pipeline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let picture: string;
beforeAll(async () => {
  place = await workplace();
  picture = await place.picture("one.png", { width: 48, height: 48 });
});
afterAll(() => place?.dispose());

const families = {
  vit: { img_size: 32, patch_size: 8, embed_dim: 12, depth: 2, num_heads: 2, class_token: false, global_pool: "avg" },
  tnt: { img_size: 32, patch_size: 16, embed_dim: 12, inner_dim: 4, depth: 2, num_heads_outer: 2, num_heads_inner: 2 },
  pvt_v2_b0: { img_size: 64, embed_dims: [8, 8, 8, 8], num_heads: [1, 1, 2, 2], depths: [1, 1, 1, 1] },
  resnet18: { img_size: 32 },
};

/** A small model of a family with random weights, as timm writes it. */
async function saved(family: keyof typeof families): Promise<string> {
  const model = (await buildModel(family, families[family], 3)).init(0);
  await saveModel(model, place.path(family), { labels: ["red", "green", "blue"] });
  model.dispose();
  return place.path(family);
}

const explain = (model: string, ...args: string[]) => [
  "explain",
  picture,
  "--model",
  model,
  "--backend",
  "wasm",
  ...args,
];

test.each([
  [
    "relevance of a network of convolutions",
    "resnet18",
    "relevance",
    "expected a model with attention among its tokens",
  ],
  ["attention of one", "resnet18", "attention", "expected a model with attention among its tokens"],
  ["relevance of a pyramid", "pvt_v2_b0", "relevance", "got a pyramid whose tokens look at fewer, merged ones"],
  ["the way of a class token that there is not", "vit", "trajectory", "expected a model with a class token"],
  ["words inside the patches of a ViT", "vit", "inner", "expected a TNT"],
] as const)("refuses %s, and leaves no file", async (_, family, method, message) => {
  const out = place.path("never.png");
  const outcome = await tessera(explain(await saved(family), "--method", method, "--out", out));
  expect(outcome).toMatchObject({ code: 1, stdout: "" });
  expect(outcome.stderr).toContain(message);
  await expect(stat(out)).rejects.toThrow("ENOENT");
});

test.each([
  ["Grad-CAM", "pvt_v2_b0", "grad-cam"],
  ["Grad-CAM", "tnt", "grad-cam"],
  // Of 16 words a patch, but 4 patches.
  ["relevance, in a small picture", "tnt", "relevance"],
] as const)("%s of %s", async (_, family, method) => {
  const out = place.path(`${family}.png`);
  expect(await tessera(explain(await saved(family), "--method", method, "--out", out))).toMatchObject({ code: 0 });
});

test("draws a TNT beside a ViT: tokens, feature maps, words of a patch, and pictures of classes", async () => {
  const [vit, tnt] = [await saved("vit"), await saved("tnt")];
  const folder = await place.pictures("colours", { red: 3, green: 3 });
  const out = place.path("both.svg");
  const document = await json(explain(vit, "--beside", tnt, "--among", folder, "--out", out));
  expect(document).toEqual({ image: picture, models: [vit, tnt], files: [out] });
  const drawn = await readFile(out, "utf8");
  expect(drawn.match(/Feature maps, block 1/g)).toHaveLength(2);
  expect(drawn.match(/Inside the patch in row 1, column 1/g)).toHaveLength(1);
  expect(drawn.match(/6 pictures, -?[\d.]+ apart/g)).toHaveLength(2);
  // Of each model: tokens and 8 maps of two blocks, and 6 pictures; of the TNT the patch and its two heads.
  expect(drawn.match(/<image /g)).toHaveLength(2 * (2 + 2 * 8 + 6) + 3);
  const outcome = await tessera(explain(vit, "--beside", tnt, "--out", place.path("both.html")));
  expect(outcome).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("expected --out to end with .svg or .png"),
  });
  expect((await tessera(explain(vit, "--among", folder))).stderr).toContain("--among: expected --beside with it");
});
