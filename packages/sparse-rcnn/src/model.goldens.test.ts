// Parity with the official Sparse R-CNN in float64: a padded batch of two sizes; pyramid, boxes, regions and taps of every stage, logits
// and boxes, costs, matches, the set loss, the gradient of every parameter, and what is made of the answer.
import { type Tensor, type Tensor2D, dispose, getBackend, reshape, variableGrads } from "@tensorflow/tfjs-core";
import { type Context, capture } from "@tessera/core";
import { focalCornersCriterion, levelsOf, matchQueries, setLosses, toCorners } from "@tessera/detection";
import { channelsLast, restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { gradientsOf, loaded } from "./__fixtures__/goldens.ts";

// The official code itself is as far from its float64 in float32.
const exact = { rtol: 1e-4, atol: 1e-4 };

const parts: Readonly<Record<string, string>> = {
  attended: "norm1",
  boxes_in: "boxes",
  deltas: "bboxes_delta",
  features: "norm3",
  interact: "inst_interact",
  roi: "regions",
};

/** Where ours are for their names of what lies between. */
function pathOf(tap: string): string {
  const [, stage, part] = /^stage\.(\d+)\.(\w+)$/.exec(tap) ?? [];
  return stage === undefined ? `backbone.${tap}` : `head.head_series.${stage}.${parts[part!]!}`;
}

// Plain JavaScript takes a minute for these convolutions; each op has tests of its own there.
describe.skipIf(getBackend() === "cpu")("a tiny model", () => {
  test("gives the official taps, logits and boxes of every stage, and the same without taps", async () => {
    const { goldens, model, images, sizes, targets } = await loaded();
    const all = restoredUnder(goldens, "tap/");
    const taps = all.filter(([tap]) => !tap.endsWith("level"));
    const forward = (x: typeof images, ctx?: Context) => void model.layers(x, ctx, { sizes });
    const seen = capture(
      { forward },
      images,
      taps.map(([tap]) => pathOf(tap)),
    );
    for (const [tap, value] of taps) {
      const theirs = value.rank === 4 ? channelsLast(value) : value;
      // Boxes are in pixels.
      const near = tap.endsWith("boxes_in") ? { rtol: 1e-4, atol: 1e-2 } : exact;
      await expect(reshape(seen[pathOf(tap)]!, theirs.shape), tap).toBeAllClose(theirs, near);
    }
    for (const [tap, value] of all.filter(([name]) => name.endsWith("level"))) {
      const boxes = reshape(seen[pathOf(tap.replace("level", "boxes_in"))]!, [-1, 4]) as Tensor2D;
      const levels = await levelsOf(boxes, 4, { canonicalSize: model.config.canonicalSize! }).data();
      expect([...levels].map((level) => level + 2)).toEqual([...value.dataSync()]);
    }
    const layers = model.layers(images, {}, { sizes });
    for (const [i, { logits, boxes }] of layers.entries()) {
      await expect(logits).toBeAllClose(goldens.get(`out/${i}/logits`), exact);
      const official = goldens.get(`out/${i}/boxes`);
      const corners = toCorners(await boxes.data());
      const pixels = corners.map((value, at) => value * sizes[Math.floor(at / (corners.length / 2))]![at % 2 === 0 ? 1 : 0]); // prettier-ignore
      await expect(Float32Array.from(pixels)).toBeAllClose(official.data as Float32Array, { rtol: 1e-4, atol: 1e-2 });
      const matches = matchQueries({ logits, boxes }, targets, focalCornersCriterion);
      const flat = matches.flatMap(({ queries, targets: of }, picture) => queries.map((query, at) => [picture, query, of[at]])); // prettier-ignore
      const theirs = ["batch", "query", "target"].map((what) => goldens.get(`match/${i}/${what}`).data);
      expect(flat).toEqual(Array.from(theirs[0]!, (_, at) => theirs.map((column) => column[at])));
      const losses = setLosses({ logits, boxes }, targets, matches, focalCornersCriterion);
      await expect(losses.class).toBeAllClose(goldens.get(`loss/${i}/ce`), exact);
      await expect(losses.boxes).toBeAllClose(goldens.get(`loss/${i}/bbox`), exact);
      await expect(losses.giou).toBeAllClose(goldens.get(`loss/${i}/giou`), exact);
    }
    const last = model.forward(images, {}, { sizes });
    await expect(last.logits).toBeAllClose(layers.at(-1)!.logits);
    await expect(last.boxes).toBeAllClose(layers.at(-1)!.boxes);
    model.dispose();
  });

  test("gives the official loss, and its gradient for every parameter", async () => {
    const { goldens, model, images, sizes, targets } = await loaded();
    const { value, grads } = variableGrads(() => model.loss(images, targets, {}, { sizes }));
    await expect(value).toBeAllClose(goldens.get("loss/total"), exact);
    const expected = gradientsOf(goldens);
    const params = model.params();
    expect(new Set(params.keys())).toEqual(new Set(expected.keys()));
    // Those that are zero in theory are stored as rounding noise.
    const largest = Math.max(...[...expected.values()].flatMap((gradient) => [...gradient.dataSync()].map(Math.abs)));
    for (const [path, gradient] of expected)
      await expect(grads[params.get(path)!.value.name] as Tensor, path).toBeAllClose(gradient, {
        rtol: 1e-4,
        atol: 1e-4 * largest,
      });
    dispose([value, ...Object.values(grads)]);
    model.dispose();
  });

  test("finds what the official code finds", async () => {
    const { goldens, model, images, sizes } = await loaded();
    const { shape, data } = goldens.get("post/original_sizes");
    const originals = Array.from({ length: shape[0]! }, (_, i): [number, number] => [data[2 * i]!, data[2 * i + 1]!]);
    const found = await model.detect(images, { sizes, originals });
    const count = model.config.proposals;
    for (const [i, { labels, scores, boxes }] of found.entries()) {
      const kept = [...goldens.get("post/kept").data.subarray(i * count, (i + 1) * count)];
      const part = (what: string, width = 1) =>
        [...goldens.get(`post/${what}`).data.subarray(i * count * width, (i + 1) * count * width)].filter(
          (_, at) => kept[Math.floor(at / width)] === 1,
        );
      expect([...labels]).toEqual(part("labels"));
      await expect(scores).toBeAllClose(part("scores"), exact);
      await expect([...boxes]).toBeAllClose(part("boxes", 4), { rtol: 1e-4, atol: 1e-2 });
    }
    model.dispose();
  });
});
