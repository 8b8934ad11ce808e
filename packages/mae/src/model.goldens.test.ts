// Parity with the official masked autoencoder in float64: mask, taps, prediction, both losses and their gradients, and what is drawn.
import {
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  add,
  cast,
  dispose,
  mul,
  reshape,
  slice,
  sub,
  tensor1d,
  tile,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { capture } from "@tessera/core";
import { channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { hiddenPatches, maskingByNoise, maskingOf } from "./masking.ts";
import { Mae } from "./model.ts";

const goldens = await readGoldens(new URL("./__fixtures__/mae.safetensors", import.meta.url));

interface ReferenceConfig {
  img_size: number;
  patch_size: number;
  embed_dim: number;
  depth: number;
  num_heads: number;
  decoder_embed_dim: number;
  decoder_depth: number;
  decoder_num_heads: number;
  mask_ratio: number;
}

const reference = goldens.config as unknown as ReferenceConfig;

async function loaded(options: { normalizedPixels?: boolean; epsilon?: number } = {}) {
  const model = new Mae({
    imageSize: reference.img_size,
    patchSize: reference.patch_size,
    width: reference.embed_dim,
    depth: reference.depth,
    heads: reference.num_heads,
    decoderWidth: reference.decoder_embed_dim,
    decoderDepth: reference.decoder_depth,
    decoderHeads: reference.decoder_num_heads,
    ...options,
  });
  await model.load(Object.fromEntries(restoredUnder(goldens, "weights/")));
  const [, patches] = goldens.get("noise").shape;
  const masking = maskingByNoise(goldens.get("noise").data, patches!, reference.mask_ratio);
  return { model, masking, images: channelsLast(restore(goldens.get("input"))) };
}

test("hides what the official code hides", async () => {
  const { model, masking } = await loaded();
  expect([...hiddenPatches(masking)]).toEqual([...goldens.get("mask").data]);
  model.dispose();
});

test("positions are the official tables", async () => {
  const { model } = await loaded();
  const drawn = new Mae(model.config).init(0);
  await expect(drawn.posEmbed.self.value).toBeAllClose(goldens.get("weights/pos_embed"));
  await expect(drawn.decoderPosEmbed.self.value).toBeAllClose(goldens.get("weights/decoder_pos_embed"));
  model.dispose();
  drawn.dispose();
});

test("gives the official values between and predictions, and the same while they are looked at", async () => {
  const { model, masking, images } = await loaded();
  const forward = (x: Tensor4D, ctx?: Parameters<Mae["forward"]>[1]) => model.forward(x, ctx, { masking });
  const seen = capture({ forward }, images, ["norm", "decoder_embed", "decoder_norm", ""]);
  await expect(seen["norm"]!).toBeAllClose(goldens.get("tap/encoder"));
  await expect(seen["decoder_embed"]!).toBeAllClose(goldens.get("tap/decoder_embed"));
  await expect(seen["decoder_norm"]!).toBeAllClose(goldens.get("tap/decoder_norm"));
  await expect(seen[""]!).toBeAllClose(goldens.get("prediction"));
  const predicted = forward(images);
  await expect(predicted).toBeAllClose(goldens.get("prediction"));
  await expect(model.picture(predicted, images.shape)).toBeAllClose(
    channelsLast(restore(goldens.get("reconstruction"))),
  );
  model.dispose();
});

describe.each([
  ["plain", {}, ""],
  ["standardised", { normalizedPixels: true }, "norm_pix/"],
] as const)("%s pixels", (_, options, prefix) => {
  test("are the official target", async () => {
    const { model, images } = await loaded(options);
    await expect(model.target(images)).toBeAllClose(goldens.get(`${prefix}target`));
    model.dispose();
  });

  test("give the official loss, and its gradient for every parameter", async () => {
    const { model, masking, images } = await loaded(options);
    const { value, grads } = variableGrads(() => model.loss(images, masking));
    await expect(value).toBeAllClose(goldens.get(`${prefix}loss`));
    const expected = new Map(restoredUnder(goldens, `${prefix}grads/`));
    expect(new Set(model.params().keys())).toEqual(new Set(expected.keys()));
    // A key's bias has no gradient in theory, and rounding noise in the file.
    const largest = Math.max(...[...expected.values()].flatMap((gradient) => [...gradient.dataSync()].map(Math.abs)));
    for (const [path, param] of model.params())
      await expect(grads[param.value.name] as Tensor, path).toBeAllClose(expected.get(path)!, {
        rtol: 1e-4,
        atol: 1e-4 * largest,
      });
    dispose([value, ...Object.values(grads), ...expected.values()]);
    model.dispose();
  });
});

test("gives the official loss with transformers' ε", async () => {
  const { model, masking, images } = await loaded({ epsilon: 1e-12 });
  await expect(model.loss(images, masking)).toBeAllClose(goldens.get("hf_default_eps/loss"));
  model.dispose();
});

test("fills a hole as the official code does, by patches and by pixels", async () => {
  const given = await readGoldens(new URL("./__fixtures__/mae_inpainting.safetensors", import.meta.url));
  const { image, patch, d, depth, heads, decoder_d, decoder_depth, decoder_heads } = given.config as Record<string, number>; // prettier-ignore
  const model = new Mae({
    imageSize: image!,
    patchSize: patch!,
    width: d!,
    depth: depth!,
    heads: heads!,
    decoderWidth: decoder_d!,
    decoderDepth: decoder_depth!,
    decoderHeads: decoder_heads!,
  });
  await model.load(Object.fromEntries(restoredUnder(given, "weights/")));
  const one = slice(channelsLast(restore(given.get("input/images"))), [0, 0, 0, 0], [1, -1, -1, -1]);
  const hidden = new Float32Array(16).fill(1);
  for (const seen of given.get("inpaint/seen").data) hidden[seen] = 0;
  const predicted = model.forward(one, {}, { masking: maskingOf(hidden) });
  const byPatch = model.picture(
    tile(reshape(tensor1d(hidden), [1, 16, 1]), [1, 1, 3 * patch! ** 2]) as Tensor3D,
    one.shape,
  );
  const byPixel = reshape(cast(restore(given.get("inpaint/hole")), "float32"), [1, image!, image!, 1]);
  const drawn = model.picture(predicted, one.shape);
  const pasted = (mask: Tensor) => add(mul(one, sub(1, mask)), mul(drawn, mask));
  await expect(pasted(byPatch)).toBeAllClose(channelsLast(restore(given.get("inpaint/patches_replaced"))));
  await expect(pasted(byPixel)).toBeAllClose(channelsLast(restore(given.get("inpaint/hole_replaced"))));
  model.dispose();
});
