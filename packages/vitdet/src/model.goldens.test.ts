// Parity with detectron2's ViTDet in float64: a padded batch of two sizes; positions, blocks, pyramid, what is said of anchors, regions and
// their scores, both losses, the gradient of every parameter, and the detections.
import { type Tensor, dispose, getBackend, keep, reshape, slice, variableGrads } from "@tensorflow/tfjs-core";
import type { Context } from "@tessera/core";
import { channelsLast, restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { loaded } from "./__fixtures__/goldens.ts";
import { anchorsOf } from "./proposals/anchors.ts";

// The reference itself is as far from its float64 in float32.
const exact = { rtol: 1e-4, atol: 1e-4 };
const head = "proposal_generator.rpn_head";

/** Where ours are for their names of what lies between. */
function pathOf(tap: string): string {
  if (tap === "pos") return "backbone.net.positions";
  if (tap === "embedded") return "backbone.net.embedded";
  if (tap.startsWith("block.")) return `backbone.net.${tap.replace("block", "blocks")}`;
  if (tap.startsWith("p")) return `backbone.${tap}`;
  const [, level, what] = /^rpn\.(\d)\.(\w+)$/.exec(tap) ?? [];
  if (level !== undefined) return `${head}.${level}.${what === "deltas" ? "anchor_deltas" : "objectness_logits"}`;
  return { train_roi_pooled: "roi_heads.regions", train_scores: "roi_heads.box_predictor.cls_score", train_deltas: "roi_heads.box_predictor.bbox_pred" }[tap]!; // prettier-ignore
}

/** Keeps all that a run offers. */
function keeping(): { ctx: Context; seen: Map<string, Tensor> } {
  const seen = new Map<string, Tensor>();
  return { ctx: { capture: (path, compute) => void seen.set(path, keep(compute())) }, seen };
}

// Plain JavaScript takes a minute for these convolutions; each op has tests of its own there.
describe.skipIf(getBackend() === "cpu")("a tiny model", () => {
  test("gives the reference's taps while it learns", async () => {
    const { goldens, model, images, sizes, targets } = await loaded();
    const { ctx, seen } = keeping();
    const loss = model.loss(images, targets, ctx, { sizes });
    await expect(loss).toBeAllClose(goldens.get("loss/total"), exact);
    const taps = restoredUnder(goldens, "tap/").filter(([tap]) => !/^test_|anchors$|rois\.\d$/.test(tap));
    for (const [tap, value] of taps) {
      const ours = seen.get(pathOf(tap))!;
      const theirs = /^p\d$|pooled/.test(tap) ? channelsLast(value) : value;
      const part = tap === "train_roi_pooled" ? slice(ours, 0, theirs.shape[0]!) : ours;
      await expect(reshape(part, theirs.shape), tap).toBeAllClose(theirs, exact);
    }
    dispose([...seen.values()]);
    model.dispose();
  });

  test("has the reference's anchors", async () => {
    const { goldens, model } = await loaded();
    const sides = [24, 12, 6, 3, 2];
    for (const [i, side] of sides.entries()) {
      const anchors = anchorsOf([side, side], 4 * 2 ** i, model.config.rules!.anchorSizes![i]!);
      await expect(Float32Array.from(anchors)).toBeAllClose(goldens.get(`tap/rpn.${i}.anchors`).data as Float32Array, exact); // prettier-ignore
    }
    model.dispose();
  });

  test("gives the reference's gradient for every parameter", async () => {
    const { goldens, model, images, sizes, targets } = await loaded();
    const { value, grads } = variableGrads(() => model.loss(images, targets, {}, { sizes }));
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
    model.dispose();
  });

  test("finds what the reference finds", async () => {
    const { goldens, model, images, sizes } = await loaded();
    const found = await model.detect(images, { sizes, originals: sizes });
    for (const [i, { labels, scores, boxes }] of found.entries()) {
      expect([...labels]).toEqual([...goldens.get(`out/${i}/labels`).data]);
      await expect(scores).toBeAllClose(goldens.get(`out/${i}/scores`).data as Float32Array, exact);
      const pixels = goldens.get(`out/${i}/boxes`).data as Float32Array;
      await expect(Float32Array.from(boxes)).toBeAllClose(pixels, { rtol: 1e-4, atol: 1e-2 });
    }
    model.dispose();
  });
});
