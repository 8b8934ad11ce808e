import { familySuite } from "@tessera/testing";
import { swinFamily } from "./family.ts";

const small = { imageSize: 16, patchSize: 2, width: 8, depths: [2, 2], heads: [1, 2], windowSize: 4 };
const second = { ...small, pretrainedWindows: [4, 2] };
const listed = { ...small, depths: [1, 1, 2], heads: [1, 1, 2], windowSize: [4, 2, 2] };

familySuite({
  family: swinFamily,
  kinds: [
    "swin_tiny_patch4_window7_224",
    "swin_s3_tiny_224",
    "swinv2_tiny_window8_256",
    "swinv2_base_window12_192", // 22k classes
    "swinv2_base_window12to16_192to256",
  ],
  small: second,
  written: {
    timm: [
      ["swin_tiny_patch4_window7_224", { ...small, classes: 2 }],
      ["swin_tiny_patch4_window7_224", { ...small, classes: 3, qkvBias: false, mlpRatio: 2, imageSize: [16, 24] }],
      ["swin_tiny_patch4_window7_224", { ...small, classes: 0, alwaysPartition: true, imageSize: 8, channels: 1 }],
      ["swin_s3_tiny_224", { ...listed, classes: 3 }],
      ["swin_base_patch4_window7_224", { ...small, classes: 3, windowRule: "huggingface" }],
      ["swinv2_tiny_window8_256", { ...second, classes: 3 }],
      ["swinv2_base_window12_192", { ...small, classes: 3, imageSize: 20 }],
    ],
    huggingFace: [
      ["swin_tiny_patch4_window7_224", { ...small, classes: 3, qkvBias: false }],
      ["swin_tiny_patch4_window7_224", { ...small, classes: 0, mlpRatio: 3, windowRule: "huggingface", imageSize: 21 }],
      ["swinv2_tiny_window8_256", { ...second, classes: 3 }],
      ["swinv2_tiny_window8_256", { ...small, classes: 3, windowRule: "huggingface", imageSize: 20, channels: 1 }],
    ],
  },
});
