// Behaviour of the model beyond parity, which model.goldens.test.ts holds, and what family.test.ts has of every kind: sizes, positions, heads, training, errors, leaks.
import {
  type Tensor,
  type Tensor4D,
  add,
  concat,
  mul,
  pad,
  reshape,
  slice,
  sum,
  tensor,
  tidy,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { Random, ShapeError, capture, sincos2d } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { TntConfig } from "./config.ts";
import { createTnt } from "./create.ts";
import { tntFamily } from "./family.ts";
import { Tnt } from "./model.ts";

const tiny: TntConfig = {
  imageSize: 16,
  patchSize: 8,
  width: 16,
  innerWidth: 8,
  depth: 2,
  heads: 2,
  innerHeads: 4,
  mlpDim: 32,
  classes: 3,
};

const made: { dispose(): void }[] = [];
afterEach(() => {
  for (const owner of made.splice(0)) owner.dispose();
});

function own<T extends { dispose(): void }>(owner: T): T {
  made.push(owner);
  return owner;
}

function tnt(overrides: Partial<TntConfig> = {}): Tnt {
  return own(new Tnt({ ...tiny, ...overrides }).init(1));
}

function images(height = 16, width = height, batch = 2): Tensor4D {
  return own(seeded(height + width).normals([batch, height, width, 3])) as Tensor4D;
}

async function values(x: Tensor): Promise<number[]> {
  const data = [...(await x.data())];
  x.dispose();
  return data;
}

function weightsOf(model: Tnt): Record<string, Tensor> {
  return Object.fromEntries([...model.params()].map(([path, param]) => [path, param.value]));
}

describe("what it gives", () => {
  test("features: all tokens, how many are no patches, and the grid", async () => {
    const model = tnt();
    const { tokens, prefix, grid } = model.features(images());
    expect(tokens.shape).toEqual([2, 1 + 4, 16]);
    expect([prefix, grid]).toEqual([1, [2, 2]]);
    const seen = capture(model, images(), ["norm"]);
    await expect(own(tokens)).toBeAllClose(own(seen["norm"]!));
  });

  test("embed is what the head sees, and what a model without classes gives", async () => {
    for (const pool of ["token", "mean"] as const) {
      const model = tnt({ pool });
      const embedding = own(model.embed(images()));
      expect(embedding.shape).toEqual([2, 16]);
      model.resetHead(0);
      await expect(own(model.forward(images()))).toBeAllClose(embedding);
    }
  });

  test("intermediates: blocks in the order asked for, from either end, with or without the final norm", async () => {
    const model = tnt({ depth: 3 });
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

  test("feature maps: patches in their places after each block, or after those asked for", async () => {
    const model = tnt({ depth: 3 });
    const x = images(16, 24);
    const maps = model.featureMaps(x).map(own);
    expect(maps.map(({ shape }) => shape)).toEqual(Array.from({ length: 3 }, () => [2, 2, 3, 16]));
    for (const [block, tokens] of model.intermediates(x, [0, 1, 2]).map(own).entries()) {
      const patches = tidy(() => reshape(slice(tokens, [0, 1, 0], [2, 6, 16]), [2, 2, 3, 16]));
      await expect(maps[block]!).toBeAllClose(own(patches));
    }
    const [last] = model.featureMaps(x, [-1]).map(own);
    await expect(last!).toBeAllClose(maps[2]!);
    expect(tntFamily.featureInfo(model.config)).toHaveLength(maps.length);
    expect(() => model.featureMaps(x, [3])).toThrow("Tnt.featureMaps: expected blocks from -3 to 2, got 3");
  });

  test("intermediates refuses blocks that there are not", () => {
    const message = "Tnt.intermediates: expected blocks from -2 to 1, got 2, -3, 0.5";
    expect(() => tnt().intermediates(images(), [2, 1, -3, 0.5])).toThrow(message);
  });

  test("attention weights within patches and between them, with rows that sum to 1", async () => {
    const seen = capture(tnt(), images(), ["blocks.*.attn_in.weights", "blocks.*.attn_out.weights"]);
    expect(Object.fromEntries(Object.entries(seen).map(([path, { shape }]) => [path, shape]))).toEqual({
      "blocks.0.attn_in.weights": [8, 4, 4, 4],
      "blocks.0.attn_out.weights": [2, 2, 5, 5],
      "blocks.1.attn_in.weights": [8, 4, 4, 4],
      "blocks.1.attn_out.weights": [2, 2, 5, 5],
    });
    for (const weights of Object.values(seen)) {
      const sums = await values(tidy(() => sum(own(weights), -1)));
      for (const row of sums) expect(row).toBeCloseTo(1, 5);
    }
  });

  test("every part can be looked at by the path of its parameters, words besides", () => {
    for (const legacy of [false, true]) {
      const model = tnt({ legacy });
      const seen = capture(model, images(), ["**"]);
      for (const value of Object.values(seen)) own(value);
      const parts = [...model.modules().keys()].filter((path) => path !== "" && path !== "patch_pos");
      expect(Object.keys(seen)).toEqual(expect.arrayContaining(parts));
      expect(seen["blocks.1.words"]!.shape).toEqual([8, 4, 8]);
    }
  });
});

describe("image sizes", () => {
  test("other than the native one, and other than square", () => {
    for (const legacy of [false, true]) {
      const model = tnt({ legacy });
      expect(own(model.forward(images(24))).shape).toEqual([2, 3]);
      expect(own(model.features(images(8, 32)).tokens).shape).toEqual([2, 5, 16]);
    }
  });

  test("a native size that is not square, and patches and words that are not", () => {
    for (const legacy of [false, true]) {
      const model = tnt({ imageSize: [16, 24], patchSize: [8, 4], innerPatchSize: [2, 4], legacy });
      expect(model.params().get("pixel_pos")!.shape).toEqual([1, 8, 4, 1]);
      expect(model.params().get("patch_pos")!.shape).toEqual([1, 13, 16]);
      const { tokens, grid } = model.features(images(16, 24));
      expect([own(tokens).shape, grid]).toEqual([
        [2, 13, 16],
        [2, 6],
      ]);
    }
  });

  test("another number of channels", () => {
    const model = tnt({ channels: 1 });
    expect(own(model.forward(own(seeded(1).normals([1, 16, 16, 1])) as Tensor4D)).shape).toEqual([1, 3]);
    expect(() => model.forward(images())).toThrow("PixelEmbed: expected shape [b, h, w, 1], got [2, 16, 16, 3]");
  });

  test("outer positions of a small image go into the config of a large one, inner ones as they are", async () => {
    const model = tnt();
    const large = own(new Tnt({ ...tiny, imageSize: 32 }));
    await large.load(weightsOf(model));
    expect(large.params().get("patch_pos")!.shape).toEqual([1, 17, 16]);
    expect(await large.pixelPos!.value.data()).toEqual(await model.pixelPos!.value.data());
    // The same table, resized once at load and once at each forward.
    await expect(own(large.forward(images(32)))).toBeAllClose(own(model.forward(images(32))));
  });

  test("one that is not made of whole patches is refused", () => {
    const message = /expected an image size divisible by the patch 8×8, got 16×20; resize or crop it/;
    expect(() => tnt().forward(images(16, 20))).toThrow(message);
    expect(() => tnt().features(images(16, 20))).toThrow(ShapeError);
    expect(() => new Tnt({ ...tiny, imageSize: [16, 20] })).toThrow(message);
    expect(() => createTnt("tnt_s_patch16_224", { imageSize: 225 })).toThrow("divisible by the patch 16×16");
  });

  test("widths are made of whole heads, legacy patches of whole words", () => {
    const message = (width: number, heads: number) =>
      `TntAttention: expected a width divisible by heads, got ${width} / ${heads}`;
    expect(() => new Tnt({ ...tiny, heads: 3 })).toThrow(message(16, 3));
    expect(() => new Tnt({ ...tiny, innerHeads: 3 })).toThrow(message(8, 3));
    expect(() => new Tnt({ ...tiny, innerPatchSize: 3, legacy: true })).toThrow(
      "PixelEmbed: expected a patch divisible by the inner patch 3×3, got 8×8",
    );
  });
});

describe("the ablation of positions", () => {
  test("without inner, outer or either there is no such parameter, and the rest stays", () => {
    const all = [...tnt().params().keys()];
    for (const [outerPositions, innerPositions] of [
      [true, false],
      [false, true],
      [false, false],
    ] as const) {
      const model = tnt({ outerPositions, innerPositions });
      const gone = new Set([...(outerPositions ? [] : ["patch_pos"]), ...(innerPositions ? [] : ["pixel_pos"])]);
      expect([...model.params().keys()]).toEqual(all.filter((path) => !gone.has(path)));
      expect(own(model.forward(images(24, 16))).shape).toEqual([2, 3]);
    }
  });

  test("leaving them out is having them at 0", async () => {
    const model = tnt();
    for (const path of ["patch_pos", "pixel_pos"]) {
      const param = model.params().get(path)!;
      param.set(new Float32Array(param.size));
    }
    const { patch_pos: _patch, pixel_pos: _pixel, ...rest } = weightsOf(model);
    const bare = own(new Tnt({ ...tiny, outerPositions: false, innerPositions: false }));
    await bare.load(rest);
    await expect(own(bare.forward(images()))).toBeAllClose(own(model.forward(images())));
  });

  test("the order of patches matters with outer positions, and not without", async () => {
    const x = images(16, 16, 1);
    const halves = [slice(x, [0, 8, 0, 0], [1, 8, 16, 3]), slice(x, [0, 0, 0, 0], [1, 8, 16, 3])].map(own);
    const turned = own(concat(halves, 1)) as Tensor4D;
    const changeOf = async (outerPositions: boolean) => {
      const model = tnt({ outerPositions });
      // Weights of a trained size: with those of the start, attention hardly looks.
      for (const { value, shape } of model.params().values()) if (shape.length > 1) value.assign(own(mul(value, 10)));
      const [a, b] = [await values(model.forward(x)), await values(model.forward(turned))];
      return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / Math.max(...a.map(Math.abs));
    };
    expect(await changeOf(true)).toBeGreaterThan(1e-2);
    expect(await changeOf(false)).toBeLessThan(1e-5);
  });

  test("fixed outer positions, on patches alone or on the class token too", () => {
    for (const covered of [0, 1]) {
      const model = tnt({ outerPositions: ({ width }) => sincos2d({ width, prefix: covered }) });
      expect(model.params().has("patch_pos")).toBe(false);
      expect(own(model.forward(images(24, 32))).shape).toEqual([2, 3]);
    }
  });
});

describe("heads", () => {
  test("resetHead changes the classes and nothing else, by the seed", async () => {
    const model = tnt();
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
    const model = own(new Tnt(config).init(5));
    const weight = await model.head.head!.weight.value.data();
    model.resetHead(3, 5);
    expect(await model.head.head!.weight.value.data()).toEqual(weight);
    model.resetHead(9);
    expect(config.classes).toBe(3);
  });

  test("a checkpoint of other classes needs resetHead, and the error says so", async () => {
    const model = tnt();
    const other = own(new Tnt({ ...tiny, classes: 5 }));
    await expect(other.load(weightsOf(model))).rejects.toThrow(
      /mis-shaped \(2\):\n {4}head\.weight: expected \[5, 16\], got \[3, 16\]\n.*\nOnly the head differs: pass \{ resetHead: true \}/,
    );
    await other.load(weightsOf(model), { resetHead: true });
    expect(own(other.forward(images())).shape).toEqual([2, 5]);
    await expect(own(other.embed(images()))).toBeAllClose(own(model.embed(images())));
  });

  test("a legacy checkpoint in the official form: every difference is listed", async () => {
    const model = own(new Tnt({ ...tiny, depth: 1 }));
    const error = await model.load(weightsOf(tnt({ depth: 1, legacy: true }))).catch((reason: Error) => reason.message);
    expect(error).toContain("missing (2):\n    blocks.0.norm2_proj.weight: expected [16], got nothing");
    expect(error).toContain("unexpected (1):\n    blocks.0.proj.bias: got [16]");
    expect(error).toContain("blocks.0.norm1_proj.weight: expected [32], got [8]");
  });
});

test("initial values: positions, class token and layers as timm draws them, norms 1 and 0", async () => {
  const model = own(createTnt("tnt_ti_patch16_224", { depth: 1, qkvBias: true }).init(3));
  const spread = async (path: string) => {
    const data = await model.params().get(path)!.value.data();
    return Math.sqrt([...data].reduce((total, value) => total + value ** 2, 0) / data.length);
  };
  for (const path of ["patch_pos", "head.weight", "proj.weight", "blocks.0.proj.weight", "blocks.0.attn_out.qk.weight"])
    expect((await spread(path)) / 0.02, path).toBeCloseTo(1, 1);
  for (const path of ["cls_token", "pixel_pos", "blocks.0.attn_in.v.weight", "blocks.0.mlp_in.fc1.weight"])
    expect((await spread(path)) / 0.02, path).toBeCloseTo(1, 0);
  for (const path of ["proj.bias", "blocks.0.attn_in.qk.bias", "blocks.0.mlp.fc2.bias", "norm.bias"])
    expect(await spread(path), path).toBe(0);
  for (const path of ["norm.weight", "norm1_proj.weight", "blocks.0.norm2_proj.weight"])
    expect(new Set(await model.params().get(path)!.value.data()), path).toEqual(new Set([1]));
  const limit = (3 * 7 * 7) ** -0.5;
  for (const path of ["pixel_embed.proj.weight", "pixel_embed.proj.bias"]) {
    const largest = Math.max(...[...(await model.params().get(path)!.value.data())].map(Math.abs));
    expect(largest, path).toBeLessThanOrEqual(limit);
    expect(largest / limit, path).toBeGreaterThan(0.8);
  }
});

describe("training", () => {
  const rates = { dropout: 0.2, dropPath: 0.5 } as const;

  test("dropout and drop path follow the seed, and are off at inference", async () => {
    const model = tnt(rates);
    const run = (seed: number) => values(model.forward(images(), { training: true, random: new Random(seed) }));
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
    const plain = own(new Tnt(tiny));
    await plain.load(weightsOf(model));
    expect(await values(model.forward(images()))).toEqual(await values(plain.forward(images())));
  });

  test("drop path skips whole branches of the last block, but never what words say to their patch", async () => {
    const model = tnt({ dropPath: 0.999 });
    const ctx = { training: true, random: new Random(1) };
    const seen = capture(
      model,
      images(),
      ["blocks.0.words", "blocks.1.words", "blocks.0", "blocks.1", "blocks.1.norm2_proj"],
      ctx,
    );
    for (const value of Object.values(seen)) own(value);
    await expect(seen["blocks.1.words"]!).toBeAllClose(seen["blocks.0.words"]!);
    const grown = tidy(() =>
      add(
        seen["blocks.0"]!,
        pad(seen["blocks.1.norm2_proj"]!, [
          [0, 0],
          [1, 0],
          [0, 0],
        ]),
      ),
    );
    await expect(seen["blocks.1"]!).toBeAllClose(own(grown));
  });

  test("needs a random source, and says so", () => {
    expect(() => tnt(rates).forward(images(), { training: true })).toThrow("expected a random source while training");
  });

  test("frozen parameters get no gradient", () => {
    const model = tnt().setTrainable(false, (path) => !path.startsWith("head."));
    const { value, grads } = variableGrads(() => sum(model.forward(images())));
    expect(new Set(Object.keys(grads))).toEqual(
      new Set([model.head.head!.weight.value.name, model.head.head!.bias!.value.name]),
    );
    for (const tensors of [value, ...Object.values(grads)]) tensors.dispose();
  });
});

test.each([false, true])(
  "nothing leaks, legacy %s: forward, features, embed, intermediates, capture, training, a new head",
  async (legacy) => {
    const model = tnt({ dropPath: 0.2, dropout: 0.1, legacy });
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
      using short = new Tnt({ ...tiny, legacy }).init(2);
      short.forward(x).dispose();
    });
  },
);

test("a forward that fails leaves nothing behind", async () => {
  const model = tnt();
  const wrong = own(tensor(new Float32Array(2 * 20 * 20 * 3), [2, 20, 20, 3])) as Tensor4D;
  await expectNoLeak(() => expect(() => model.forward(wrong)).toThrow("PixelEmbed"));
});
