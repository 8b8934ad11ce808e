// On backends that compute in bfloat16: eight bits of every factor, float32 sums.
import { tensor } from "@tensorflow/tfjs-core";
import { cosine } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, loaded } from "./__fixtures__/goldens.ts";

describe.each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("points where timm's logits point", async () => {
    const { goldens, model, images } = await loaded(name);
    const got = (await model.forward(images).data()) as Float32Array;
    const { data: expected, shape } = goldens.get("logits");
    const classes = shape.at(-1)!;
    for (let i = 0; i < got.length; i += classes)
      expect(cosine(got.subarray(i, i + classes), expected.slice(i, i + classes))).toBeGreaterThan(0.999);
    // Rounded it was, or this would prove nothing.
    await expect(tensor(got, shape)).not.toBeAllClose(goldens.get("logits"));
    model.dispose();
  });
});
