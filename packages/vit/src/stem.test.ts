import { type Scalar, type Tensor4D, sum, variableGrads } from "@tensorflow/tfjs-core";
import { capture, initFromImages, summarize, takesImages } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createVit } from "./create.ts";

const small = { width: 16, depth: 1, heads: 2, mlpDim: 32 };
const pictures = (side: number) => seeded(side).normals([2, side, side, 3]) as Tensor4D;

const narrow = {
  vit_pooled_stem_32: { ...small, stem: { kind: "pooled", hidden: [6] } },
  vit_whitened_stem_32: { ...small, stem: { kind: "whitened", hidden: [6, 8] } },
} as const;

describe.each([
  ["vit_pooled_stem_32", [8, 8], 256],
  ["vit_whitened_stem_32", [7, 7], 192],
] as const)("%s", (name, grid, width) => {
  test(`has ${grid.join(" × ")} tokens on 32 pixels, and at most 3.5 M parameters`, () => {
    const model = createVit(name);
    expect(model.patchEmbed.grid).toEqual(grid);
    const { params, layers } = summarize(model, [1, 32, 32, 3]);
    expect(params).toBeLessThan(3.5e6);
    expect(layers.find(({ path }) => path === "patch_embed")!.shape).toEqual([1, grid[0] * grid[1], width]);
    expect(layers.every(({ shape }) => shape!.length > 0)).toBe(true);
  });

  test("trains: the gradient reaches every parameter, and nothing is left", async () => {
    using model = createVit(name, narrow[name]).init(1);
    const images = pictures(32);
    const loss = () => sum(model.forward(images, { training: true })) as Scalar;
    const { value, grads } = variableGrads(loss);
    expect(Object.keys(grads)).toHaveLength(model.params().size);
    for (const [path, { value: weight }] of model.params()) {
      const slopes = await grads[weight.name]!.data();
      expect(slopes.every(Number.isFinite), path).toBe(true);
    }
    for (const tensor of [value, ...Object.values(grads)]) tensor.dispose();
    await expectNoLeak(() => {
      const again = variableGrads(loss);
      for (const tensor of [again.value, ...Object.values(again.grads)]) tensor.dispose();
    });
    images.dispose();
  });

  test("takes other sizes, its positions resampled", () => {
    using model = createVit(name, narrow[name]).init(1);
    expect(model.forward(pictures(48)).shape).toEqual([2, 10]);
  });
});

test("a picture that leaves no token is refused", () => {
  using model = createVit("vit_whitened_stem_32", narrow.vit_whitened_stem_32).init(1);
  expect(() => model.forward(pictures(4))).toThrow(
    "WhitenedStem: expected an image that leaves a token, got 4×4; enlarge it",
  );
});

test("a whitened stem takes its filters from pictures, and a model without one none", async () => {
  using model = createVit("vit_whitened_stem_32", narrow.vit_whitened_stem_32).init(1);
  expect([takesImages(model), takesImages(createVit("vit_pooled_stem_32"))]).toEqual([true, false]);
  const before = model.state().get("patch_embed.whiten.weight")!.value.dataSync().slice();
  await initFromImages(model, pictures(32));
  expect(model.state().get("patch_embed.whiten.weight")!.value.dataSync()).not.toEqual(before);
});

test("sequence pooling is a mean by weights that sum to one", async () => {
  using model = createVit("vit_pooled_stem_32", narrow.vit_pooled_stem_32).init(1);
  const seen = capture(model, pictures(32), ["seq_pool.weights", "norm", "seq_pool"]);
  const [weights, tokens, pooled] = await Promise.all(
    ["seq_pool.weights", "norm", "seq_pool"].map((path) => seen[path]!.data()),
  );
  for (let b = 0; b < 2; b++) {
    const own = Array.from(weights!.subarray(b * 64, (b + 1) * 64));
    expect(own.reduce((total, share) => total + share, 0)).toBeCloseTo(1, 5);
    const expected = own.reduce((total, share, i) => total + share * tokens![(b * 64 + i) * 16]!, 0);
    expect(pooled![b * 16]!).toBeCloseTo(expected, 4);
  }
});
