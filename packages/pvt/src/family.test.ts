import { familySuite } from "@tessera/testing";
import { pvtFamily } from "./family.ts";

const small = { imageSize: 64, depths: [1, 1, 2, 1], widths: [8, 12, 16, 24], heads: [1, 2, 2, 4] } as const;
const hf = { ...small, epsilon: 1e-6 };

familySuite({
  family: pvtFamily,
  kinds: ["pvt_tiny", "pvt_v2_b0", "pvt_v2_b2_li"],
  small,
  written: {
    timm: [
      ["pvt_tiny", { ...small, classes: 3, reductions: [4, 2, 1, 1] }],
      ["pvt_v2_b0", { ...small, classes: 3, mlpRatios: [2, 3, 2.5, 4], qkvBias: false }],
      ["pvt_v2_b5", { ...small, classes: 0, channels: 1, epsilon: 1e-4 }],
      ["pvt_v2_b2_li", { ...small, classes: 2 }],
    ],
    huggingFace: [
      ["pvt_tiny", { ...hf, classes: 3, activation: "gelu_tanh" }],
      ["pvt_tiny", { ...hf, classes: 0, qkvBias: false }],
      ["pvt_v2_b0", { ...hf, classes: 3, reductions: [4, 2, 1, 1] }],
      ["pvt_v2_b2_li", { ...hf, classes: 3, epsilon: 1e-4 }],
    ],
  },
});
