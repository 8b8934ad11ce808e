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

test("a TNT of one's own has no name in timm", () => {
  expect(() => writeTimm({ ...published.config, depth: 1 })).toThrow(
    /^saveModel: expected a published TNT.*of its own/,
  );
});

test("reads no arguments that would make another TNT", () => {
  const architecture = "tnt_s_patch16_224";
  expect(() => readTimm({ architecture, model_args: { depth: 3 } }, "here")).toThrow(
    'here: expected "model_args" among img_size, got "depth"',
  );
  expect(() => readTimm({ architecture: "tnt" }, "here")).toThrow('got "tnt"');
});
