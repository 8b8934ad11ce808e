import { familySuite } from "@tessera/testing";
import { resnetFamily } from "./family.ts";

familySuite({
  family: resnetFamily,
  kinds: ["resnet18", "resnet50", "resnet18_32"],
  small: { imageSize: 32, depths: [1, 2, 1, 1], widths: [8, 12, 16, 20] },
  written: {
    timm: [
      ["resnet18", { imageSize: 64, depths: [1, 1, 1, 1], widths: [8, 12, 16, 20], classes: 2 }],
      ["resnet50", { imageSize: 32, depths: [1, 1, 1, 2], widths: [4, 4, 6, 8], classes: 3, outputStride: 16 }],
      ["resnet18_32", { depths: [1, 1, 2, 1], widths: [8, 8, 8, 8], classes: 0, channels: 1 }],
    ],
  },
});
