import { expect, test } from "vitest";
import { createTnt } from "../create.ts";
import { readTimm } from "./read-timm.ts";
import { writeTimm } from "./write-timm.ts";

const published = createTnt("tnt_s_patch16_224", { classes: 2, imageSize: 32 });

test("a published TNT is written by its name, also one whose defaults were written out, and read again", () => {
  const written = writeTimm(published.config);
  expect(written).toEqual({
    architecture: "tnt_s_patch16_224",
    model_args: { img_size: 32 },
    first_conv: "pixel_embed.proj",
    classifier: "head",
  });
  expect(writeTimm({ ...published.config, activation: "gelu", epsilon: 1e-5 })).toEqual(written);
  expect(createTnt(written.architecture, { ...readTimm(written, "here"), classes: 2 }).config).toEqual(
    published.config,
  );
});

test("a TNT of one's own is written by all of its arguments, which timm's entry point takes", () => {
  const own = {
    ...published.config,
    imageSize: 32,
    patchSize: 8,
    width: 64,
    innerWidth: 16,
    depth: 2,
    heads: 2,
    mlpDim: 128,
  };
  expect(writeTimm(own)).toMatchObject({
    architecture: "tnt_s_patch16_224",
    model_args: { img_size: 32, patch_size: 8, embed_dim: 64, inner_dim: 16, depth: 2, num_heads_outer: 2, num_heads_inner: 4, mlp_ratio: 2 }, // prettier-ignore
  });
  expect(writeTimm({ ...own, innerPositions: false })).toMatchObject({
    architecture: "tnt",
    model_args: { inner_positions: false },
  });
  expect(() => writeTimm({ ...own, activation: "relu" })).toThrow(
    /^saveModel: expected a model that timm's TNT.*activation relu/,
  );
});

test("reads a variant's arguments, keeping its ratio, and a TNT from scratch", () => {
  const architecture = "tnt_s_patch16_224";
  expect(readTimm({ architecture, model_args: { depth: 3, embed_dim: 96 } }, "here")).toMatchObject({
    depth: 3,
    mlpDim: 384,
  });
  const scratch = { embed_dim: 48, inner_dim: 8, depth: 1, num_heads_inner: 2, num_heads_outer: 4 };
  expect(readTimm({ architecture: "tnt", model_args: scratch }, "here")).toMatchObject({ heads: 4, mlpDim: 192 });
  expect(() => readTimm({ architecture: "tnt", model_args: { depth: 1 } }, "here")).toThrow(
    /^here: expected "model_args" with embed_dim, .*got \{"depth":1\}/,
  );
  expect(() => readTimm({ architecture, model_args: { global_pool: "map" } }, "here")).toThrow(
    'expected "global_pool"',
  );
});
