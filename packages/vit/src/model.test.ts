// Behaviour of the model beyond parity, which model.goldens.test.ts holds, and what family.test.ts has of every kind: sizes, heads, training, errors, leaks.
import {
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  add,
  avgPool,
  mul,
  sum,
  tensor,
  tidy,
  variableGrads,
  reshape,
  slice,
  square,
} from "@tensorflow/tfjs-core";
import {
  type Context,
  Module,
  PatchEmbed,
  type PatchEmbedConfig,
  Random,
  type TokenEmbedding,
  capture,
  output,
  sincos2d,
  within,
} from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { VitConfig } from "./config.ts";
import { createVit } from "./create.ts";
import { vitFamily } from "./family.ts";
import { Vit } from "./model.ts";

const tiny: VitConfig = { imageSize: 16, patchSize: 8, width: 16, depth: 2, heads: 2, mlpDim: 32, classes: 3 };

const made: { dispose(): void }[] = [];
afterEach(() => {
  for (const owner of made.splice(0)) owner.dispose();
});

function own<T extends { dispose(): void }>(owner: T): T {
  made.push(owner);
  return owner;
}

function vit(overrides: Partial<VitConfig> = {}): Vit {
  return own(new Vit({ ...tiny, ...overrides }).init(1));
}

function images(height = 16, width = height, batch = 2): Tensor4D {
  return own(seeded(height + width).normals([batch, height, width, 3])) as Tensor4D;
}

async function values(x: Tensor): Promise<number[]> {
  const data = [...(await x.data())];
  x.dispose();
  return data;
}

describe("what it gives", () => {
  test("features: all tokens, how many are no patches, and the grid", async () => {
    const model = vit({ registers: 2 });
    const { tokens, prefix, grid } = model.features(images());
    expect(tokens.shape).toEqual([2, 3 + 4, 16]);
    expect([prefix, grid]).toEqual([3, [2, 2]]);
    const seen = capture(model, images(), ["norm"]);
    await expect(own(tokens)).toBeAllClose(own(seen["norm"]!));
  });

  test("embed is what the head sees, and what a model without classes gives", async () => {
    for (const overrides of [{}, { pool: "mean" }, { pool: "attention" }, { distilled: true }] as const) {
      const model = vit(overrides);
      const embedding = own(model.embed(images()));
      expect(embedding.shape).toEqual([2, 16]);
      model.resetHead(0);
      await expect(own(model.forward(images()))).toBeAllClose(embedding);
    }
  });

  test("intermediates: blocks in the order asked for, from either end, with or without the final norm", async () => {
    const model = vit({ depth: 3 });
    const x = images();
    const seen = capture(model, x, ["blocks.*", "norm"]);
    for (const value of Object.values(seen)) own(value);
    const [last, first] = model.intermediates(x, [-1, 0]);
    await expect(own(last!)).toBeAllClose(seen["blocks.2"]!);
    await expect(own(first!)).toBeAllClose(seen["blocks.0"]!);
    const [normal] = model.intermediates(x, [2], { norm: true });
    await expect(own(normal!)).toBeAllClose(seen["norm"]!);
    expect(model.intermediates(x, [])).toEqual([]);
  });

  test("intermediates refuses blocks that there are not", () => {
    const message = "Vit.intermediates: expected blocks from -2 to 1, got 2, -3, 0.5";
    expect(() => vit().intermediates(images(), [2, 1, -3, 0.5])).toThrow(message);
  });

  test("feature maps: patches in their places after each block, or after those asked for", async () => {
    for (const overrides of [{ registers: 2 }, { distilled: true }, { pool: "mean", classToken: false }] as const) {
      const model = vit({ depth: 3, ...overrides });
      const x = images(16, 24);
      const tokens = model.intermediates(x, [0, 1, 2]).map(own);
      const maps = model.featureMaps(x).map(own);
      expect(maps.map(({ shape }) => shape)).toEqual(Array.from({ length: 3 }, () => [2, 2, 3, 16]));
      for (const [block, map] of maps.entries()) {
        const patches = tidy(() => slice(tokens[block]!, [0, model.prefix, 0], [2, 6, 16]));
        await expect(map).toBeAllClose(own(tidy(() => reshape(own(patches), [2, 2, 3, 16]))));
      }
      const [last, first] = model.featureMaps(x, [-1, 0]).map(own);
      await expect(last!).toBeAllClose(maps[2]!);
      await expect(first!).toBeAllClose(maps[0]!);
      expect(vitFamily.featureInfo(model.config)).toHaveLength(maps.length);
    }
    expect(() => vit().featureMaps(images(), [2])).toThrow("Vit.featureMaps: expected blocks from -2 to 1, got 2");
  });

  test("the two heads of a distilled model apart, and their mean", async () => {
    const model = vit({ distilled: true });
    const { token, distillation } = model.forwardDistilled(images());
    const mean = tidy(() => mul(add(own(token), own(distillation)), 0.5));
    await expect(own(model.forward(images()))).toBeAllClose(own(mean));
    expect(() => vit().forwardDistilled(images())).toThrow("Vit.forwardDistilled: expected a distilled model");
  });

  test("a distillation token without a head: the class token alone is classified", async () => {
    const model = vit({ distilled: true, distilledHead: false });
    expect([model.prefix, model.head.headDist, model.resetHead(4).head.headDist]).toEqual([2, undefined, undefined]);
    const x = images();
    const { tokens } = model.features(x);
    const first = own(tidy(() => reshape(slice(own(tokens), [0, 0, 0], [2, 1, 16]), [2, 16])));
    await expect(own(model.embed(x))).toBeAllClose(first);
    await expect(own(model.forward(x))).toBeAllClose(own(model.head.head!.forward(first)));
    expect(() => model.forwardDistilled(x)).toThrow("expected a distilled model, got one without distillation head");
  });

  test("rows of the attention weights sum to 1", async () => {
    const seen = capture(vit(), images(), ["blocks.*.attn.weights"]);
    expect(Object.keys(seen)).toEqual(["blocks.0.attn.weights", "blocks.1.attn.weights"]);
    for (const weights of Object.values(seen)) {
      expect(weights.shape).toEqual([2, 2, 5, 5]);
      await expect(own(tidy(() => sum(own(weights), -1)))).toBeAllClose({
        shape: [2, 2, 5],
        data: Array.from({ length: 20 }, () => 1),
      });
    }
  });
});

describe("image sizes", () => {
  test("other than the native one, and other than square", () => {
    for (const overrides of [{}, { positionOnPrefix: false }, { classToken: false, pool: "mean" }] as const) {
      const model = vit(overrides);
      expect(own(model.forward(images(24))).shape).toEqual([2, 3]);
      expect(own(model.features(images(8, 32)).tokens).shape).toEqual([2, 4 + model.prefix, 16]);
    }
  });

  test("a native size that is not square, and patches that are not", () => {
    const model = vit({ imageSize: [16, 24], patchSize: [8, 4] });
    const { tokens, grid } = model.features(images(16, 24));
    expect([own(tokens).shape, grid]).toEqual([
      [2, 13, 16],
      [2, 6],
    ]);
    expect(own(model.forward(images(16, 24))).shape).toEqual([2, 3]);
  });

  test("another number of channels", () => {
    const model = vit({ channels: 1 });
    expect(own(model.forward(own(seeded(1).normals([1, 16, 16, 1])) as Tensor4D)).shape).toEqual([1, 3]);
    expect(() => model.forward(images())).toThrow("PatchEmbed: expected shape [b, h, w, 1], got [2, 16, 16, 3]");
  });

  test("a table of positions of a small image goes into the config of a large one", async () => {
    const model = vit();
    const large = own(new Vit({ ...tiny, imageSize: 32 }));
    await large.load(weightsOf(model));
    // The same table, resized once at load and once at each forward.
    await expect(own(large.forward(images(32)))).toBeAllClose(own(model.forward(images(32))));
  });

  test("a checkpoint of another patch size is resized, as timm does or as FlexiViT", async () => {
    const model = vit({ positionOnPrefix: false });
    const finer = own(new Vit({ ...model.config, patchSize: 4, patchKernel: "bilinear", positionRule: "flexivit" }));
    await finer.load(weightsOf(model));
    const { tokens, grid } = finer.features(images());
    expect([own(tokens).shape, grid]).toEqual([
      [2, 17, 16],
      [4, 4],
    ]);
    expect(finer.params().get("patch_embed.proj.weight")!.shape).toEqual([16, 3, 4, 4]);
    const likeTimm = own(new Vit({ ...model.config, patchSize: 4 }));
    await likeTimm.load(weightsOf(model));
    expect(likeTimm.params().get("patch_embed.proj.weight")!.shape).toEqual([16, 3, 4, 4]);
  });

  test("what the model's own size has beyond whole patches is not seen, as by timm's; another size is refused", async () => {
    const message = /expected an image size divisible by the patch 8×8, got 16×20; resize or crop it/;
    const whole = vit();
    expect(() => whole.forward(images(16, 20))).toThrow(message);
    const wider = own(new Vit({ ...tiny, imageSize: [16, 20] }));
    await wider.load(weightsOf(whole));
    const picture = images(16, 20);
    const seen = own(slice(picture, [0, 0, 0, 0], [2, 16, 16, 3]));
    await expect(own(wider.forward(picture))).toBeAllClose(own(whole.forward(seen)));
    expect(createVit("vit_tiny_patch16_224", { imageSize: 225 }).params().get("pos_embed")!.shape).toEqual([
      1, 197, 192,
    ]);
  });

  test("another start than patches of the image: its grid is the blocks' grid", async () => {
    // Patches of a picture at half its size stand for a stem that has looked at the whole.
    class Stem extends Module implements TokenEmbedding {
      readonly proj: PatchEmbed;
      constructor(config: PatchEmbedConfig) {
        super();
        this.proj = new PatchEmbed({ ...config, imageSize: 8, patchSize: 4 });
      }
      get grid(): [number, number] {
        return this.gridOf([16, 16]);
      }
      gridOf([h, w]: readonly [number, number]): [number, number] {
        return this.proj.gridOf([h / 2, w / 2]);
      }
      forward(x: Tensor4D, ctx: Context = {}): Tensor3D {
        return tidy(() => output(ctx, this.proj.forward(avgPool(x, 2, 2, "valid"), within(ctx, "proj"))));
      }
    }
    const model = vit({ patchEmbed: (config) => new Stem(config) });
    expect(model.params().get("patch_embed.proj.proj.weight")!.shape).toEqual([16, 3, 4, 4]);
    const { tokens, grid } = model.features(images(16, 32));
    expect([own(tokens).shape, grid]).toEqual([
      [2, 9, 16],
      [2, 4],
    ]);
    const seen = capture(model, images(), ["patch_embed", "patch_embed.proj"]);
    await expect(own(seen["patch_embed"]!)).toBeAllClose(own(seen["patch_embed.proj"]!));
    expect(own(model.forward(images())).shape).toEqual([2, 3]);
  });

  test("fixed positions take any grid", () => {
    const model = vit({ positions: ({ width, prefix }) => sincos2d({ width, prefix }) });
    expect(model.params().has("pos_embed")).toBe(false);
    expect(own(model.forward(images(24, 32))).shape).toEqual([2, 3]);
  });
});

function weightsOf(model: Vit): Record<string, Tensor> {
  return Object.fromEntries([...model.params()].map(([path, param]) => [path, param.value]));
}

describe("heads", () => {
  test("resetHead changes the classes and nothing else, by the seed", async () => {
    const model = vit({ distilled: true });
    const before = await values(model.features(images()).tokens);
    const first = await values(model.resetHead(7, "a").forward(images()));
    expect(first).toHaveLength(2 * 7);
    expect(model.config.classes).toBe(7);
    expect(await values(model.resetHead(7, "a").forward(images()))).toEqual(first);
    expect(await values(model.resetHead(7, "b").forward(images()))).not.toEqual(first);
    expect(await values(model.features(images()).tokens)).toEqual(before);
  });

  test("resetHead draws what init draws, and leaves the caller's config alone", async () => {
    const config = { ...tiny };
    const model = own(new Vit(config).init(5));
    const weight = await model.head.head!.weight.value.data();
    model.resetHead(3, 5);
    expect(await model.head.head!.weight.value.data()).toEqual(weight);
    model.resetHead(9);
    expect(config.classes).toBe(3);
  });

  test("a checkpoint of other classes needs resetHead, and the error says so", async () => {
    const model = vit();
    const other = own(new Vit({ ...tiny, classes: 5 }));
    await expect(other.load(weightsOf(model))).rejects.toThrow(
      /mis-shaped \(2\):\n {4}head\.weight: expected \[5, 16\], got \[3, 16\]\n.*\nOnly the head differs: pass \{ resetHead: true \}/,
    );
    await other.load(weightsOf(model), { resetHead: true });
    expect(own(other.forward(images())).shape).toEqual([2, 5]);
    await expect(own(other.embed(images()))).toBeAllClose(own(model.embed(images())));
  });

  test("a checkpoint without head, and a model without", async () => {
    const headless = vit({ classes: 0 });
    const model = own(new Vit(tiny));
    await expect(model.load(weightsOf(headless))).rejects.toThrow("resetHead: true");
    await model.load(weightsOf(headless), { resetHead: true });
    await headless.load(weightsOf(model), { resetHead: true });
    await expect(own(headless.forward(images()))).toBeAllClose(own(model.embed(images())));
  });

  test("weights of another variant: every difference is listed", async () => {
    const other = own(new Vit({ ...tiny, width: 32, registers: 1, depth: 1 }));
    const error = await other.load(weightsOf(vit())).catch((reason: Error) => reason.message);
    expect(error).toContain("load: expected the 21 parameters of Vit, got a checkpoint that differs");
    expect(error).toContain("missing (1):\n    reg_token: expected [1, 1, 32], got nothing");
    expect(error).toContain("unexpected (12):\n    blocks.1.norm1.weight: got [16]");
    expect(error).toContain("cls_token: expected [1, 1, 32], got [1, 1, 16]");
    expect(error).toContain("Is the checkpoint of another variant?");
  });

  test("pooling needs its token", () => {
    expect(() => vit({ classToken: false })).toThrow('Vit: expected a class token for pool "token", got none');
    expect(() => vit({ distilled: true, pool: "mean" })).toThrow("Vit: expected a distilled model with a class token");
  });
});

describe("options of pretraining", () => {
  test("pre-logits: a dense layer with tanh before the head", async () => {
    const model = vit({ preLogits: true });
    expect(model.params().get("pre_logits.fc.weight")!.shape).toEqual([16, 16]);
    const seen = capture(model, images(), ["pre_logits", "pre_logits.fc", "head"]);
    const logits = own(seen["pre_logits.fc"]!);
    const expected = [...(await logits.data())].map(Math.tanh);
    await expect(own(seen["pre_logits"]!)).toBeAllClose({ shape: [2, 16], data: expected });
    await expect(own(seen["head"]!)).toBeAllClose(own(model.forward(images())));
  });

  test("Google's GELU differs a little from the exact one", async () => {
    const model = vit();
    const google = own(new Vit({ ...tiny, activation: "gelu_tanh" }));
    for (const param of model.params().values()) param.set(tidy(() => mul(param.value, 3)));
    await google.load(weightsOf(model));
    const [exact, approximate] = [await values(model.forward(images())), await values(google.forward(images()))];
    const difference = Math.max(...exact.map((value, i) => Math.abs(value - approximate[i]!)));
    expect(difference).toBeGreaterThan(1e-6);
    expect(difference).toBeLessThan(1e-2);
  });
});

describe("training", () => {
  const rates = { dropout: 0.2, dropPath: 0.5, dropPathSchedule: "constant", patchDropout: 0.3 } as const;

  test("dropout, drop path and patch dropout follow the seed, and are off at inference", async () => {
    const model = vit(rates);
    const run = (seed: number) => values(model.forward(images(), { training: true, random: new Random(seed) }));
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
    const plain = own(new Vit(tiny));
    await plain.load(weightsOf(model));
    expect(await values(model.forward(images()))).toEqual(await values(plain.forward(images())));
  });

  test("patch dropout leaves the blocks fewer tokens, and every parameter its gradient", () => {
    const model = vit({ patchDropout: 0.5 });
    const before = model.features(images()).tokens.shape[1]!;
    const ctx = { training: true, random: new Random(1) };
    expect(model.features(images(), ctx).tokens.shape[1]).toBe(1 + Math.floor((before - 1) / 2));
    const { grads } = variableGrads(() => sum(square(model.forward(images(), ctx))));
    expect(Object.keys(grads)).toHaveLength(model.params().size);
  });

  test("needs a random source, and says so", () => {
    expect(() => vit(rates).forward(images(), { training: true })).toThrow("expected a random source while training");
  });

  test("frozen parameters get no gradient", () => {
    const model = vit().setTrainable(false, (path) => !path.startsWith("head."));
    const { value, grads } = variableGrads(() => sum(model.forward(images())));
    expect(new Set(Object.keys(grads))).toEqual(
      new Set([model.head.head!.weight.value.name, model.head.head!.bias!.value.name]),
    );
    for (const tensors of [value, ...Object.values(grads)]) tensors.dispose();
  });
});

test("nothing leaks: forward, features, embed, intermediates, capture, a training step, a new head", async () => {
  const model = vit({ dropPath: 0.2, dropout: 0.1, patchDropout: 0.5, layerScale: 0.1 });
  const x = images();
  await expectNoLeak(() => {
    model.forward(x).dispose();
    model.features(x).tokens.dispose();
    model.embed(x).dispose();
    for (const tokens of model.intermediates(x, [0, 1], { norm: true })) tokens.dispose();
    for (const map of model.featureMaps(x)) map.dispose();
    for (const seen of Object.values(capture(model, x, ["**"]))) seen.dispose();
    const ctx = { training: true, random: new Random(1) };
    const { value, grads } = variableGrads(() => sum(model.forward(x, ctx)));
    for (const result of [value, ...Object.values(grads)]) result.dispose();
    model.resetHead(3);
  });
  await expectNoLeak(() => {
    using short = new Vit(tiny).init(2);
    short.forward(x).dispose();
  });
});

test("a forward that fails leaves nothing behind", async () => {
  const model = vit();
  const wrong = own(tensor(new Float32Array(2 * 20 * 20 * 3), [2, 20, 20, 3])) as Tensor4D;
  await expectNoLeak(() => expect(() => model.forward(wrong)).toThrow("PatchEmbed"));
});
