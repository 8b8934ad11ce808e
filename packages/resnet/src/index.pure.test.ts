import { expect, test } from "vitest";
import * as resnet from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(resnet).sort()).toEqual([
    "ResNet",
    "Root",
    "StandardizedResNet",
    "createResNet",
    "isResNetName",
    "pretrainedResNets",
    "resnetFamily",
    "resnetNames",
    "resnetVariants",
  ]);
});
