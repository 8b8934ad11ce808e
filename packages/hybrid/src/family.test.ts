import { familySuite } from "@tessera/testing";
import { hybridFamily } from "./family.ts";

const backbone = { depths: [1, 1], widths: [16, 32], stem: 8, groups: 4 };
const small = { imageSize: 64, patchSize: 1, width: 16, depth: 1, heads: 2, mlpDim: 32, backbone };

familySuite({
  family: hybridFamily,
  kinds: ["vit_tiny_r_s16_p8_224", "vit_small_r26_s32_224", "vit_base_r50_s16_384"],
  small,
  written: {
    timm: [
      ["vit_tiny_r_s16_p8_224", { ...small, patchSize: 4, backbone: { depths: [], stem: 8, groups: 4 }, classes: 2 }],
      ["vit_small_r26_s32_224", { ...small, imageSize: [32, 64], classes: 0 }],
      ["vit_base_r50_s16_384", { ...small, classes: 3, channels: 1 }],
    ],
  },
});
