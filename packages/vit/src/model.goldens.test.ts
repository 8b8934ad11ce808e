// Parity with timm: logits, every tap and every gradient of tiny models with each option of the family.
import { type Tensor, mul, reshape, slice, sum, variableGrads } from "@tensorflow/tfjs-core";
import { capture } from "@tessera/core";
import { restore } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, loaded } from "./__fixtures__/goldens.ts";

describe.each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("gives timm's logits", async () => {
    const { goldens, model, images } = await loaded(name);
    await expect(model.forward(images)).toBeAllClose(goldens.get("logits"));
    model.dispose();
  });

  test("gives timm's intermediate values, and the same logits while they are looked at", async () => {
    const { goldens, model, images } = await loaded(name);
    const taps = [...goldens.tensors.keys()].filter((key) => key.startsWith("tap/")).map((key) => key.slice(4));
    expect(taps.length).toBeGreaterThan(2);
    const seen = capture(model, images, [...taps, ""]);
    for (const tap of taps) await expect(seen[tap]!).toBeAllClose(goldens.get(`tap/${tap}`));
    await expect(seen[""]!).toBeAllClose(goldens.get("logits"));
    model.dispose();
  });

  test("gives timm's tokens after a block as a map of patches", async () => {
    const { goldens, model, images } = await loaded(name);
    const blocks = [...goldens.tensors.keys()]
      .flatMap((key) => /^tap\/blocks\.(\d+)$/.exec(key)?.[1] ?? [])
      .map(Number);
    expect(blocks.length).toBeGreaterThan(0);
    const maps = model.featureMaps(images, blocks);
    for (const [i, block] of blocks.entries()) {
      const patches = slice(restore(goldens.get(`tap/blocks.${block}`)), [0, model.prefix, 0], [-1, -1, -1]);
      await expect(maps[i]!).toBeAllClose(reshape(patches, [2, ...model.patchEmbed.grid, model.config.width]));
    }
    model.dispose();
  });

  test("gives timm's gradient for every parameter", async () => {
    const { goldens, model, images } = await loaded(name);
    const probe = restore(goldens.get("probe"));
    const { grads } = variableGrads(() => sum(mul(model.forward(images), probe)));
    const expected = [...goldens.tensors.keys()].filter((key) => key.startsWith("grads/")).map((key) => key.slice(6));
    expect([...model.params().keys()].sort()).toEqual(expected.sort());
    for (const [path, param] of model.params()) {
      await expect(grads[param.value.name] as Tensor).toBeAllClose(goldens.get(`grads/${path}`));
    }
    model.dispose();
  });
});

test("a batch gives the same as its pictures one by one", async () => {
  const { model, images } = await loaded("vit");
  const both = model.forward(images);
  for (let picture = 0; picture < images.shape[0]; picture++) {
    const alone = model.forward(slice(images, [picture, 0, 0, 0], [1, -1, -1, -1]));
    await expect(alone).toBeAllClose(slice(both, [picture, 0], [1, -1]));
  }
});
