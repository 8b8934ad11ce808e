import { type Tensor, type Tensor3D, memory, mul, tidy } from "@tensorflow/tfjs-core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { capture } from "./capture.ts";
import { type Context, output, within } from "./context.ts";
import { TesseraError } from "./errors.ts";
import { EncoderBlock } from "./layers/encoder-block.ts";
import { Module, repeat } from "./module.ts";

class Model extends Module {
  readonly blocks = repeat(2, () => new EncoderBlock({ width: 4, heads: 2, layerScale: 0.5 }));

  forward(x: Tensor3D, ctx: Context = {}): Tensor3D {
    return tidy(() => {
      let y = x;
      for (const [i, block] of this.blocks.entries()) y = block.forward(y, within(ctx, `blocks.${i}`));
      return output(ctx, y);
    });
  }
}

const model = new Model().init(1);
const x = seeded(1).normals([2, 3, 4]) as Tensor3D;

function paths(...patterns: string[]): string[] {
  const seen = capture(model, x, patterns);
  for (const value of Object.values(seen)) value.dispose();
  return Object.keys(seen);
}

describe("patterns", () => {
  test("a path alone", () => expect(paths("blocks.1.attn")).toEqual(["blocks.1.attn"]));
  test("* is one part", () => {
    expect(paths("blocks.*")).toEqual(["blocks.0", "blocks.1"]);
    expect(paths("blocks.*.norm*")).toEqual(["blocks.0.norm1", "blocks.0.norm2", "blocks.1.norm1", "blocks.1.norm2"]);
  });
  test("** is any number", () => {
    expect(paths("**.weights")).toEqual(["blocks.0.attn.weights", "blocks.1.attn.weights"]);
    expect(paths("blocks.0.**")).toEqual([
      "blocks.0.norm1",
      "blocks.0.attn.qkv",
      "blocks.0.attn.weights",
      "blocks.0.attn.proj",
      "blocks.0.attn",
      "blocks.0.ls1",
      "blocks.0.norm2",
      "blocks.0.mlp.fc1",
      "blocks.0.mlp.fc2",
      "blocks.0.mlp",
      "blocks.0.ls2",
    ]);
  });
  test("several, that overlap", () => {
    expect(paths("blocks.0", "blocks.*")).toEqual(["blocks.0", "blocks.1"]);
  });
  test("dots are dots", () => {
    expect(() => paths("blocks.0xattn")).toThrow('capture: expected a path of the model, got "blocks.0xattn"');
  });
});

test("a pattern that fits nothing is an error with the paths that there are", () => {
  const before = memory().numTensors;
  const wrong = () => capture(model, x, ["blocks.0", "block.1", "blocks.2"]);
  expect(wrong).toThrow(TesseraError);
  expect(wrong).toThrow(
    'capture: expected a path of the model, got "block.1", "blocks.2"; the paths are blocks.0.norm1, blocks.0.attn.qkv,',
  );
  expect(memory().numTensors).toBe(before);
});

test("the values are those that the forward went on with", async () => {
  const seen = capture(model, x, ["blocks.0", "blocks.1.norm1", "blocks.1", "blocks.1.mlp", "blocks.1.ls2"]);
  await expect(seen["blocks.1"]!).toBeAllClose(model.forward(x));
  await expect(seen["blocks.1.norm1"]!).toBeAllClose(model.blocks[1]!.norm1.forward(seen["blocks.0"]!));
  await expect(seen["blocks.1.ls2"]!).toBeAllClose(mul(seen["blocks.1.mlp"]!, 0.5));
});

test("looking changes the result by rounding alone", async () => {
  let y: Tensor | undefined;
  const forward = (input: Tensor3D, ctx?: Context) => (y = model.forward(input, ctx));
  const { "blocks.0": first } = capture(
    { forward: (input: Tensor3D, ctx?: Context) => forward(input, ctx).clone() },
    x,
    ["blocks.0"],
  );
  first!.dispose();
  await expect(model.forward(x)).toBeAllClose(model.forward(x, { capture: () => {} }), { rtol: 1e-5 });
  expect(y).toBeDefined();
});

test("a part that runs twice shows its last value", async () => {
  const twice = {
    forward: (input: Tensor3D, ctx: Context = {}) => {
      const first = model.blocks[0]!.forward(input, within(ctx, "block"));
      return model.blocks[0]!.forward(first, within(ctx, "block"));
    },
  };
  const before = memory().numTensors;
  const seen = capture(twice, x, ["block"]);
  expect(memory().numTensors).toBe(before + 1);
  const expected = tidy(() => twice.forward(x));
  await expect(seen["block"]!).toBeAllClose(expected);
});

test("a forward that fails leaves nothing", async () => {
  const failing = {
    forward: (input: Tensor3D, ctx: Context = {}) => {
      model.blocks[0]!.forward(input, within(ctx, "block"));
      throw new Error("later");
    },
  };
  await expectNoLeak(() => expect(() => capture(failing, x, ["**"])).toThrow("later"));
});

test("hands the context on, and leaks nothing but what it gives", async () => {
  const contexts: Context[] = [];
  const spy = {
    forward: (input: Tensor3D, ctx: Context = {}) => (contexts.push(ctx), output(within(ctx, "out"), input.clone())),
  };
  for (const value of Object.values(capture(spy, x, ["out"], { training: true }))) value.dispose();
  expect(contexts[0]!.training).toBe(true);
  await expectNoLeak(() => {
    for (const value of Object.values(capture(model, x, ["**"]))) value.dispose();
  });
});
