// Tiny Deformable DETRs against the official code in float64: what lies between, logits and boxes of every layer, where they look, losses,
// the gradient of every parameter, and detections.
import { type Tensor, type Tensor3D, abs, dispose, getBackend, max, mul, reshape, sub, tensor, variableGrads } from "@tensorflow/tfjs-core"; // prettier-ignore
import { type Context, capture } from "@tessera/core";
import { focalCriterion, matchQueries, setLoss } from "@tessera/detection";
import { restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, loaded } from "./__fixtures__/goldens.ts";
import { detections } from "./detections.ts";

// The official code itself is as far from its float64 in float32.
const exact = { rtol: 1e-4, atol: 1e-4 };

/** Where ours are for their names of what lies between, of a model with so many layers. */
function pathOf(tap: string, encoders: number, decoders: number): string | undefined {
  const [part, number] = tap.split(".");
  if (number !== undefined) return `transformer.${part}.layers.${number}`;
  return {
    src: "tokens",
    pos: "positions",
    encoder_reference_points: "transformer.encoder.references",
    initial_reference: "transformer.references",
    encoder_last_sampling_locations: `transformer.encoder.layers.${encoders - 1}.self_attn.locations`,
    encoder_last_attention_weights: `transformer.encoder.layers.${encoders - 1}.self_attn.weights`,
    decoder_last_sampling_locations: `transformer.decoder.layers.${decoders - 1}.cross_attn.locations`,
    decoder_last_attention_weights: `transformer.decoder.layers.${decoders - 1}.cross_attn.weights`,
  }[tap];
}

// Plain JavaScript takes minutes for these convolutions; each op has tests of its own there.
describe.skipIf(getBackend() === "cpu").each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("gives the official taps, logits and boxes of every layer, and looks where it looks", async () => {
    const { goldens, model, images, sizes, targets } = await loaded(name);
    const { encoderDepth, decoderDepth } = model.config;
    const taps = restoredUnder(goldens, "tap/").flatMap(([tap, value]) => {
      const path = pathOf(tap, encoderDepth, decoderDepth);
      return path === undefined ? [] : [{ tap, value, path }];
    });
    expect(taps.length).toBe(8 + encoderDepth + decoderDepth);
    const forward = (x: typeof images, ctx?: Context) => void model.forward(x, ctx, { sizes });
    const seen = capture({ forward }, images, taps.map(({ path }) => path)); // prettier-ignore
    const { shape, data } = goldens.get("tap/mask");
    const unpadded = sub(1, tensor([...data], [shape[0]!, shape[1]!, 1])) as Tensor3D;
    for (const { tap, value, path } of taps) {
      const [b, n] = value.shape as [number, number];
      const rows = (x: Tensor): Tensor3D => reshape(x, [b, n, -1]);
      // What is padding is rounding noise there.
      const ofPictures = (x: Tensor3D) => (n === shape[1] ? mul(x, unpadded) : x);
      await expect(ofPictures(rows(seen[path]!)), tap).toBeAllClose(ofPictures(rows(value)), exact);
    }
    const { layers, proposals } = model.predictions(images, {}, { sizes });
    for (const [i, { logits, boxes }] of layers.entries()) {
      await expect(logits).toBeAllClose(goldens.get(`out/${i}/logits`), exact);
      await expect(boxes).toBeAllClose(goldens.get(`out/${i}/boxes`), exact);
      const official = goldens.get(`match/${i}/query`).data;
      expect(matchQueries({ logits, boxes }, targets, focalCriterion).flatMap(({ queries }) => queries)).toEqual([...official]); // prettier-ignore
    }
    expect(proposals !== undefined).toBe(name === "two_stage");
    for (const [what, ours] of Object.entries(proposals ?? {}))
      await expect(ours as Tensor, what).toBeAllClose(goldens.get(`out/encoder/${what}`), exact);
    const last = model.forward(images, {}, { sizes });
    await expect(last.logits).toBeAllClose(layers.at(-1)!.logits);
    model.dispose();
  });

  test("gives the official loss, and its gradient for every parameter", async () => {
    const { goldens, model, images, sizes, targets } = await loaded(name);
    const { layers } = model.predictions(images, {}, { sizes });
    await expect(setLoss(layers, targets, focalCriterion)).toBeAllClose(goldens.get("loss/total"), exact);
    const { value, grads } = variableGrads(() => model.loss(images, targets, {}, { sizes }));
    const whole = name === "two_stage" ? "loss/total_with_encoder" : "loss/total";
    await expect(value).toBeAllClose(goldens.get(whole), exact);
    const expected = restoredUnder(goldens, "grads/");
    const params = model.params();
    expect(new Set(params.keys())).toEqual(new Set(expected.map(([path]) => path)));
    // Those that are zero in theory are stored as rounding noise.
    const largest = Math.max(...expected.map(([, gradient]) => max(abs(gradient)).dataSync()[0]!));
    for (const [path, gradient] of expected)
      await expect(grads[params.get(path)!.value.name] as Tensor, path).toBeAllClose(gradient, {
        rtol: 1e-4,
        atol: 2e-4 * largest,
      });
    dispose([value, ...Object.values(grads)]);
    model.dispose();
  });

  test("finds what the official code finds", async () => {
    const { goldens, model, images, sizes, top } = await loaded(name);
    const originals = Array.from({ length: 2 }, (_, i): [number, number] => {
      const { data } = goldens.get("post/original_sizes");
      return [data[2 * i]!, data[2 * i + 1]!];
    });
    const found = await detections(model.forward(images, {}, { sizes }), originals, top);
    for (const [i, { labels, scores, boxes }] of found.entries()) {
      const part = (what: string, width = 1) => goldens.get(`post/${what}`).data.subarray(i * top * width, (i + 1) * top * width); // prettier-ignore
      expect([...labels]).toEqual([...part("labels")]);
      await expect(scores).toBeAllClose(part("scores"), exact);
      await expect(Float32Array.from(boxes)).toBeAllClose(part("boxes", 4), { rtol: 1e-4, atol: 1e-2 });
    }
    const [whole] = await model.detect(images, { sizes, originals });
    expect([...whole!.labels.subarray(0, top)]).toEqual([...found[0]!.labels]);
    model.dispose();
  });
});

test.skipIf(getBackend() === "cpu")("heads that layers share may come as often as there are layers", async () => {
  const { goldens, model } = await loaded("single_scale");
  const weights = Object.fromEntries(restoredUnder(goldens, "weights/"));
  const again = Object.entries(weights).flatMap(([path, value]): [string, Tensor][] =>
    /^(class|bbox)_embed/.test(path) ? [[path.replace(".0.", ".1."), value]] : [],
  );
  expect(again).toHaveLength(8);
  await model.load({ ...weights, ...Object.fromEntries(again) });
  await expect(model.state().get("class_embed.0.weight")!.value as Tensor).toBeAllClose(weights["class_embed.0.weight"]!); // prettier-ignore
  dispose(Object.values(weights));
  model.dispose();
});
