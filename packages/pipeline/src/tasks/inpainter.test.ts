import { tensor4d } from "@tensorflow/tfjs-core";
import type { TesseraError } from "@tessera/core";
import { IMAGENET_MEAN, IMAGENET_STD, type RgbImage } from "@tessera/data";
import { maskingOf } from "@tessera/mae";
import { expectNoLeak, seeded } from "@tessera/testing";
import { writeSafetensors } from "@tessera/weights";
import { describe, expect, test } from "vitest";
import { smallInpainter } from "../__fixtures__/small-inpainter.ts";
import { loadInpainter } from "../source/load-inpainter.ts";
import { inpainter } from "./inpainter.ts";

const small = await smallInpainter();

function picture(width: number, height: number): RgbImage {
  const random = seeded(width + height);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.uniform() * 256) };
}

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: TesseraError) => error.message,
  );

/** The pixels that differ. */
function changed(a: RgbImage, b: RgbImage): number[] {
  return Array.from({ length: a.width * a.height }, (_, i) => i).filter((i) =>
    [0, 1, 2].some((c) => a.data[3 * i + c] !== b.data[3 * i + c]),
  );
}

describe("an inpainter", () => {
  test("draws what its model does, where a picture has the model's size", async () => {
    using fill = await inpainter(small.files);
    const image = picture(32, 32);
    const drawn = await fill(image, { x: 8, y: 8, width: 8, height: 8 }, { blend: false });
    const values = Float32Array.from(
      image.data,
      (byte, i) => (byte / 255 - IMAGENET_MEAN[i % 3]!) / IMAGENET_STD[i % 3]!,
    );
    for (let y = 8; y < 16; y++)
      for (let x = 8; x < 16; x++) for (let c = 0; c < 3; c++) values[3 * (32 * y + x) + c] = 0;
    const one = tensor4d(values, [1, 32, 32, 3]);
    const masking = maskingOf(Array.from({ length: 16 }, (_, i) => i === 5));
    const model = await fill.model.picture(fill.model.forward(one, {}, { masking }), one.shape).data();
    const byte = (i: number) => (model[i]! * IMAGENET_STD[i % 3]! + IMAGENET_MEAN[i % 3]!) * 255;
    const at = 3 * (32 * 9 + 10);
    for (let i = at; i < at + 3; i++) expect(drawn.data[i]).toBeCloseTo(Math.min(255, Math.max(0, byte(i))), -0.3);
    expect(changed(image, drawn).every((i) => i % 32 >= 8 && i % 32 < 16 && i >= 8 * 32 && i < 16 * 32)).toBe(true);
  });

  test("gives a picture without a hole back to the bit, and draws one of which nothing is seen", async () => {
    using fill = await inpainter(small.files);
    const image = picture(40, 30);
    const mask = (byte: number) => ({ ...image, data: new Uint8Array(image.data.length).fill(byte) });
    const same = await fill(image, mask(0));
    expect(same.data).toEqual(image.data);
    expect(same.data).not.toBe(image.data);
    const all = await fill(image, mask(255));
    expect(new Set(all.data).size).toBeGreaterThan(1);
  });

  test.each([
    [7, 5],
    [33, 31],
    [100, 40],
    [1, 1],
  ])("fills a picture of %i×%i and leaves the rest alone", async (width, height) => {
    // prettier-ignore
    using fill = await inpainter(small.files);
    const image = picture(width, height);
    const box = { x: Math.floor(width / 3), y: Math.floor(height / 3), width: Math.ceil(width / 3), height: Math.ceil(height / 3) }; // prettier-ignore
    const drawn = await fill(image, box);
    expect([drawn.width, drawn.height]).toEqual([width, height]);
    for (const i of changed(image, drawn)) {
      const [x, y] = [i % width, Math.floor(i / width)];
      expect(x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height).toBe(true);
    }
  });

  test("fills a hole larger than the model is used to in passes, and stops where it is asked to", async () => {
    using fill = await inpainter(small.files);
    const image = picture(32, 32);
    const box = { x: 8, y: 0, width: 24, height: 32 };
    const wide = await fill(image, { x: 4, y: 0, width: 28, height: 32 });
    expect(wide.data).not.toEqual((await fill(image, box)).data);
    const controller = new AbortController();
    controller.abort(new Error("no longer wanted"));
    expect(await failure(fill(image, box, { signal: controller.signal }))).toBe("no longer wanted");
  });

  test("leaves nothing behind, and is not used again", async () => {
    const fill = await inpainter(small.files);
    const image = picture(32, 32);
    await expectNoLeak(async () => void (await fill(image, { x: 0, y: 0, width: 9, height: 9 })));
    fill.dispose();
    expect(await failure(fill(image, { x: 0, y: 0, width: 9, height: 9 }))).toMatch(/got one disposed of/);
  });
});

describe("loading", () => {
  test("takes transformers' names and the authors'", async () => {
    for (const weights of [small.files.weights, small.official]) {
      const { model, name } = await loadInpainter({ ...small.files, weights });
      expect([name, model.config.width, model.config.epsilon]).toEqual(["the files given", 16, 1e-6]);
      await expect(model.decoderPosEmbed.self.value).toBeAllClose(model.decoderPosEmbed.table([4, 4]));
      model.dispose();
    }
    // A published model is not as small.
    expect(await failure(loadInpainter("mae_vit_base_patch16", { weights: small.official }))).toMatch(/cls_token/);
  });

  test("says what it got instead", async () => {
    const { files, config, encoder } = small;
    const json = (content: object) => new Blob([JSON.stringify(content)]);
    expect(await failure(loadInpainter({ ...files, config: json({ ...config, model_type: "vit" }) }))).toMatch(
      /^config\.json: expected a masked autoencoder, "model_type" of "vit_mae", got "vit"; other models draw no pictures$/,
    );
    expect(await failure(loadInpainter({ ...files, weights: encoder }))).toMatch(/decoder_embed\.weight/);
    expect(await failure(loadInpainter("mae_vit_base_patch16"))).toMatch(
      /got its name alone; .*facebook\/vit-mae-base$/,
    );
    expect(await failure(loadInpainter(files, { arch: "mae_vit_base_patch1" }))).toMatch(
      /did you mean mae_vit_base_patch16\?$/,
    );
    expect(await failure(loadInpainter({ ...files, weights: writeSafetensors({}) }))).not.toBe("no error");
    expect(await failure(inpainter(files, { archs: "x" } as never))).toMatch(/archs/);
  });
});
