// Parity with transformers 5.18 in float64, on pictures of the model's own size and of another, without and with positions between the
// blocks: tokens after each block, logits and boxes, DETR's loss, and the gradient of every parameter.
import { type Tensor, dispose, variableGrads } from "@tensorflow/tfjs-core";
import { type Context, capture } from "@tessera/core";
import { restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, gradientsOf, loaded } from "./__fixtures__/goldens.ts";

const exact = { rtol: 1e-4, atol: 1e-4 };

describe.each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("gives the reference's tokens, logits and boxes, and the same without taps", async () => {
    const { goldens, model, images } = await loaded(name);
    const taps = restoredUnder(goldens, "tap/");
    const forward = (x: typeof images, ctx?: Context) => void model.forward(x, ctx);
    const seen = capture(
      { forward },
      images,
      taps.map(([tap]) => `backbone.${tap}`),
    );
    for (const [tap, value] of taps) await expect(seen[`backbone.${tap}`], tap).toBeAllClose(value, exact);
    const { logits, boxes } = model.forward(images);
    await expect(logits).toBeAllClose(goldens.get("out/logits"), exact);
    await expect(boxes).toBeAllClose(goldens.get("out/boxes"), exact);
    model.dispose();
  });

  test("gives the reference's loss, and its gradient for every parameter", async () => {
    const { goldens, model, images, targets } = await loaded(name);
    const { value, grads } = variableGrads(() => model.loss(images, targets));
    await expect(value).toBeAllClose(goldens.get("loss/total"), exact);
    const expected = await gradientsOf(goldens);
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
});
