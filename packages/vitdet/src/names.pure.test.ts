// The published variant against detectron2's names, shapes and count. Nothing is allocated.
import { engine } from "@tensorflow/tfjs-core";
import { type StoredTensor, toTimmNames } from "@tessera/core";
import { checkpointOf, readFixture } from "@tessera/testing";
import { expect, test } from "vitest";
import { createVitDet } from "./create.ts";
import { vitDetFamily } from "./family.ts";

const fixture = await readFixture(new URL("./__fixtures__/inventory.json", import.meta.url));
const { params, shapes } = JSON.parse(new TextDecoder().decode(fixture)) as { params: number; shapes: Record<string, number[]> }; // prettier-ignore

/** Tensors of these shapes, whose values nobody may ask for. */
function shapesOnly(given: Record<string, readonly number[]>) {
  const read = () => Promise.reject(new Error("read"));
  return checkpointOf(
    Object.fromEntries(Object.entries(given).map(([path, shape]): [string, StoredTensor] => [path, { dtype: "F32", shape, read }])), // prettier-ignore
  );
}

test("the published model has detectron2's parameters but for masks, and the table's count", () => {
  const before = engine().state.numTensors;
  const model = createVitDet("mask_rcnn_vitdet_b");
  const file = shapesOnly({ ...shapes, pixel_mean: [3, 1, 1], pixel_std: [3, 1, 1] });
  const { checkpoint, dialect, dropped } = toTimmNames(file, vitDetFamily.dialects);
  expect(dialect).toBe("detectron2");
  expect(dropped.every((name) => /^roi_heads\.mask_head\.|^pixel_/.test(name))).toBe(true);
  expect(dropped).toHaveLength(18);
  const own = Object.fromEntries([...model.params()].map(([path, { shape }]) => [path, [...shape]]));
  expect(Object.fromEntries([...checkpoint.tensors].map(([path, { shape }]) => [path, [...shape]]))).toEqual(own);
  expect([model.paramCount, vitDetFamily.variants.mask_rcnn_vitdet_b.params]).toEqual([params, params]);
  expect(vitDetFamily.configFrom(checkpoint.tensors)).toEqual({ classes: 80 });
  expect(engine().state.numTensors).toBe(before);
});

test("its checkpoint lies in detectron2's zoo", () => {
  expect(vitDetFamily.pretrained("mask_rcnn_vitdet_b")).toMatchObject({ labels: "coco-80" });
  expect(vitDetFamily.pretrained("vitdet")).toBeUndefined();
  expect(() => createVitDet("mask_rcnn_vitdet_l")).toThrow("did you mean mask_rcnn_vitdet_b?");
});
