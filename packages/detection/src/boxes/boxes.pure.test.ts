// Boxes against torchvision 0.28 in float64: conversions, overlaps, suppression, ties and exact thresholds.
import { ShapeError, TesseraError } from "@tessera/core";
import { readGoldens, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { toCentres, toCorners } from "./conversions.ts";
import { giou, iou } from "./overlap.ts";
import { suppress } from "./suppress.ts";

const goldens = await readGoldens(new URL("../__fixtures__/box_ops.safetensors", import.meta.url));
const values = (name: string) => goldens.get(name).data as Float32Array;
const exact = { rtol: 1e-5, atol: 1e-6 };
const expectClose = (got: Float64Array, name: string) =>
  expect(Float32Array.from(got)).toBeAllClose(values(name), exact);

describe("conversions", () => {
  test("are torchvision's, there and back", async () => {
    await expectClose(toCorners(values("cxcywh")), "xyxy");
    await expectClose(toCentres(values("xyxy")), "cxcywh_back");
  });

  test("none are none, and a part of a box is refused", () => {
    expect(toCorners([])).toHaveLength(0);
    expect(() => toCorners([1, 2, 3])).toThrow(ShapeError);
    expect(() => toCentres([1, 2, 3, 4, 5])).toThrow("toCentres: expected four numbers a box, got 5 numbers");
  });
});

describe("overlaps", () => {
  test("are torchvision's", async () => {
    await expectClose(iou(values("a"), values("b")), "iou");
    await expectClose(giou(values("a"), values("b")), "giou");
  });

  test("of boxes without area are 0, and of NaN are NaN", () => {
    const point = [3, 3, 3, 3];
    expect([...iou(point, point), ...giou(point, point)]).toEqual([0, 0]);
    expect(iou([0, 0, Number.NaN, 1], [0, 0, 1, 1])[0]).toBeNaN();
    expect(iou([], point)).toHaveLength(0);
  });
});

describe("suppression", () => {
  const [boxes, scores, classes] = [values("nms/boxes"), values("nms/scores"), goldens.get("nms/classes").data];

  test.each([0.3, 0.5, 0.7])("above %f keeps torchvision's, of all classes and within each", (threshold) => {
    expect(suppress(boxes, scores, { threshold })).toEqual([...goldens.get(`nms/keep_${threshold}`).data]);
    const batched = [...goldens.get(`nms/keep_batched_${threshold}`).data];
    expect(suppress(boxes, scores, { threshold, classes })).toEqual(batched);
  });

  test.each(["0.3", "0.34", "1.0"])("of ties above %s keeps torchvision's", (threshold) => {
    const kept = suppress(values("nms_ties/boxes"), values("nms_ties/scores"), { threshold: Number(threshold) });
    expect(kept).toEqual([...goldens.get(`nms_ties/keep_${threshold}`).data]);
  });

  test("takes ten thousand boxes, and none", () => {
    const random = seeded(3);
    const many = Float64Array.from({ length: 40_000 }, () => 300 * random.uniform());
    for (let at = 0; at < many.length; at += 4) for (const axis of [0, 1]) many[at + axis + 2] = many[at + axis]! + 40;
    const kept = suppress(many, Float64Array.from({ length: 10_000 }, random.uniform), { threshold: 0.5 });
    expect(kept.length).toBeGreaterThan(100);
    expect(kept.length).toBeLessThan(10_000);
    expect(suppress([], [], { threshold: 0.5 })).toEqual([]);
  });

  test("refuses NaN and scores that are too few", () => {
    const nan = () => suppress([0, 0, 1, Number.NaN], [1], { threshold: 0.5 });
    expect(nan).toThrow(TesseraError);
    expect(nan).toThrow("suppress: expected numbers, got NaN among the boxes at 3; leave such boxes out");
    expect(() => suppress([0, 0, 1, 1], [], { threshold: 0.5 })).toThrow("expected 1 scores, one a box, got 0");
  });
});
