import { engine } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { describeModel } from "./describe-model.ts";

test("describes variants and the embedded model, allocating nothing", async () => {
  const before = engine().state.numTensors;
  const tiny = await describeModel("vit_tiny_patch16_224");
  expect(tiny.name).toBe("vit_tiny_patch16_224");
  expect(tiny.model.paramCount).toBe(5_717_416);
  expect((await describeModel()).model.paramCount).toBe(2_632_866);
  expect(engine().state.numTensors).toBe(before);
});

test("takes another image size", async () => {
  expect((await describeModel("vit_tiny_patch16_224", { imageSize: 32 })).model.config.imageSize).toBe(32);
  expect((await describeModel("vit_cifar10", { imageSize: 64 })).model.config.imageSize).toBe(64);
});
