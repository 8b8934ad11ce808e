// On backends that compute in bfloat16: eight bits of every factor, float32 sums.
import { tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, loaded } from "./__fixtures__/goldens.ts";

describe.each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("points where timm's logits point", async () => {
    const { goldens, model, images } = await loaded(name);
    const got = await model.forward(images).data();
    const { data: expected, shape } = goldens.get("logits");
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i]!, 0);
    expect(dot(got, expected) / Math.sqrt(dot(got, got) * dot(expected, expected))).toBeGreaterThan(0.999);
    // Rounded it was, or this would prove nothing.
    await expect(tensor(got as Float32Array, shape)).not.toBeAllClose(goldens.get("logits"));
    model.dispose();
  });
});
