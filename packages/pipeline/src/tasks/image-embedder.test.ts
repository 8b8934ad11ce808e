import { memory } from "@tensorflow/tfjs-core";
import { expectNoLeak } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import goldens from "../__fixtures__/embedded.json" with { type: "json" };
import { failure } from "../__fixtures__/failure.ts";
import { pictures, plain } from "../__fixtures__/pictures.ts";
import { smallFiles } from "../__fixtures__/small-model.ts";
import small from "../__fixtures__/small.json" with { type: "json" };
import { imageEmbedder } from "./image-embedder.ts";

test("the embedded model gives timm's embeddings", async () => {
  using embed = await imageEmbedder();
  await expect(await embed(pictures[1]!.url)).toBeAllClose(goldens["frog.jpg"].embedding);
});

test("a folder that timm wrote gives timm's embeddings, of pictures together and alone", async () => {
  using embed = await imageEmbedder(new URL("../__fixtures__/timm-folder/", import.meta.url));
  const together = await embed(pictures.map(({ url }) => url));
  for (const [i, { file, url }] of pictures.entries()) {
    await expect(together[i]!).toBeAllClose(small[file].embedding);
    await expect(await embed(url)).toBeAllClose(small[file].embedding);
  }
});

describe("an embedder", () => {
  test("scales to length 1 when asked", async () => {
    using embed = await imageEmbedder(await smallFiles());
    const picture = plain(10, 200, 100);
    const [plainly, scaled] = [await embed(picture), await embed(picture, { normalize: true })];
    const length = Math.hypot(...plainly);
    expect(length).not.toBeCloseTo(1);
    await expect(scaled).toBeAllClose(plainly.map((value) => value / length));
  });

  test("works without a head", async () => {
    using headless = await imageEmbedder(await smallFiles({ num_classes: 0 }, 0));
    expect(await headless(plain(1, 2, 3))).toHaveLength(4);
  });

  test("reports a picture that cannot be read, and goes on with the rest", async () => {
    using embed = await imageEmbedder(await smallFiles());
    const results = [];
    for await (const result of embed.stream([new Uint8Array(), plain(1, 2, 3)])) results.push(result);
    expect(results[0]?.error?.message).toMatch(/^decodeImage: expected an image, got an empty file/);
    expect(results[1]).toMatchObject({ index: 1, embedding: await embed(plain(1, 2, 3)) });
    expect(await failure(embed([plain(1, 2, 3), new Uint8Array()]))).toMatch(/empty file/);
  });

  test("leaves nothing behind", async () => {
    const before = memory().numTensors;
    const embed = await imageEmbedder(await smallFiles());
    await expectNoLeak(() => embed([plain(1, 2, 3), plain(4, 5, 6)], { tta: true }), { runs: 5 });
    embed.dispose();
    expect(memory().numTensors).toBe(before);
    expect(await failure(embed(plain(1, 2, 3)))).toBe(
      "imageEmbedder: expected one in use, got one disposed of; make another",
    );
  });
});
