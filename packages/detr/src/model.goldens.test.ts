// Parity with the official DETR in float64 (and transformers 5.18): a padded batch of two sizes; positions, taps, logits and boxes of
// every layer, matches, the set loss, the gradient of every parameter, and what is made of the answer.
import { type Tensor, dispose, getBackend, reshape, variableGrads } from "@tensorflow/tfjs-core";
import { type Context, capture } from "@tessera/core";
import { matchQueries } from "@tessera/detection";
import { channelsLast, restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, type Loaded, files, loaded } from "./__fixtures__/goldens.ts";

// The official code itself is as far from its float64 in float32.
const exact = { rtol: 1e-4, atol: 1e-4 };

/** Where ours are for their names of what lies between. */
function pathOf(tap: string): string {
  if (tap === "input_proj") return tap;
  if (tap === "pos") return "positions";
  if (tap === "cross_attention_last") return "transformer.decoder.layers.2.multihead_attn.weights";
  if (tap.startsWith("decoder_norm.")) return tap.replace("decoder_norm.", "transformer.decoder.norm.");
  if (tap.startsWith("layer")) return `backbone.0.body.${tap}`;
  return `transformer.${tap.replace(".", ".layers.")}`;
}

async function expectOfficialGradients({ goldens, model, images, sizes, targets }: Loaded): Promise<void> {
  const { value, grads } = variableGrads(() => model.loss(images, targets, {}, { sizes }));
  await expect(value).toBeAllClose(goldens.get("loss/total"), exact);
  const expected = restoredUnder(goldens, "grads/");
  const params = model.params();
  expect(new Set(params.keys())).toEqual(new Set(expected.map(([path]) => path)));
  // Those that are zero in theory are stored as rounding noise.
  const largest = Math.max(...expected.flatMap(([, gradient]) => [...gradient.dataSync()].map(Math.abs)));
  for (const [path, gradient] of expected)
    await expect(grads[params.get(path)!.value.name] as Tensor, path).toBeAllClose(gradient, {
      rtol: 1e-4,
      atol: 1e-4 * largest,
    });
  dispose([value, ...Object.values(grads)]);
}

// Plain JavaScript takes two minutes for these convolutions; each op has tests of its own there.
describe.skipIf(getBackend() === "cpu").each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("gives the official taps, logits and boxes of every layer, and the same without taps", async () => {
    const { goldens, model, images, sizes, targets } = await loaded(name);
    const taps = restoredUnder(goldens, "tap/").filter(([tap]) => tap !== "mask");
    const forward = (x: typeof images, ctx?: Context) => void model.layers(x, ctx, { sizes });
    const seen = capture(
      { forward },
      images,
      taps.map(([tap]) => pathOf(tap)),
    );
    for (const [tap, value] of taps) {
      const ours = seen[pathOf(tap)]!;
      const theirs = value.rank === 4 && tap !== "cross_attention_last" ? channelsLast(value) : value;
      await expect(reshape(ours, theirs.shape), tap).toBeAllClose(theirs, exact);
    }
    const layers = model.layers(images, {}, { sizes });
    for (const [i, { logits, boxes }] of layers.entries()) {
      await expect(logits).toBeAllClose(goldens.get(`out/${i}/logits`), exact);
      await expect(boxes).toBeAllClose(goldens.get(`out/${i}/boxes`), exact);
      const official = goldens.get(`match/${i}/query`).data;
      expect(matchQueries({ logits, boxes }, targets).flatMap(({ queries }) => queries)).toEqual([...official]);
    }
    const last = model.forward(images, {}, { sizes });
    await expect(last.logits).toBeAllClose(layers.at(-1)!.logits);
    await expect(last.boxes).toBeAllClose(layers.at(-1)!.boxes);
    model.dispose();
  });

  test("gives the official loss, and its gradient for every parameter", async () => {
    await expectOfficialGradients(await loaded(name));
  });

  test("finds what the official code finds", async () => {
    const { goldens, model, images, sizes } = await loaded(name);
    const { shape, data } = goldens.get("post/original_sizes");
    const originals = Array.from({ length: shape[0]! }, (_, i): [number, number] => [data[2 * i]!, data[2 * i + 1]!]);
    const found = await model.detect(images, { sizes, originals });
    const count = goldens.get("post/labels").shape[1]!;
    for (const [i, { labels, scores, boxes }] of found.entries()) {
      const part = (what: string, width = 1) =>
        goldens.get(`post/${what}`).data.subarray(i * count * width, (i + 1) * count * width);
      expect([...labels]).toEqual([...part("labels")]);
      await expect(scores).toBeAllClose(part("scores"), exact);
      await expect(Float32Array.from(boxes)).toBeAllClose(part("boxes", 4), { rtol: 1e-4, atol: 1e-3 });
    }
    model.dispose();
  });
});
