import { type Tensor, type Tensor4D, dispose, mul, sum, variableGrads } from "@tensorflow/tfjs-core";
import type { Backbone, Context } from "@tessera/core";
import { expect } from "vitest";
import type { Tolerance } from "./all-close.ts";
import { type Goldens, restore, restoredUnder } from "./goldens.ts";

/** Compares the gradient of `sum(logits * probe)` for every parameter with the reference's, and the paths that there are. */
export async function expectGoldenGradients(
  goldens: Goldens,
  model: Backbone,
  images: Tensor4D,
  { ctx = {}, ...tolerance }: Tolerance & { ctx?: Context } = {},
): Promise<void> {
  const probe = restore(goldens.get("probe"));
  const { value, grads } = variableGrads(() => sum(mul(model.forward(images, ctx), probe)));
  const expected = new Map(restoredUnder(goldens, "grads/"));
  expect(new Set(model.params().keys())).toEqual(new Set(expected.keys()));
  for (const [path, param] of model.params())
    await expect(grads[param.value.name] as Tensor, path).toBeAllClose(expected.get(path)!, tolerance);
  dispose([probe, value, ...Object.values(grads), ...expected.values()]);
}
