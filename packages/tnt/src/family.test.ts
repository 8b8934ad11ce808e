import { familySuite } from "@tessera/testing";
import { tntFamily } from "./family.ts";
import { tntNames } from "./variants.ts";

familySuite({
  family: tntFamily,
  kinds: tntNames,
  small: { imageSize: 16, patchSize: 8, width: 16, innerWidth: 8, depth: 2, heads: 2, innerHeads: 4, mlpDim: 32 },
  written: {
    timm: [
      ["tnt_ti_patch16_224", { imageSize: 32, depth: 1, classes: 2 }],
      ["tnt_s_patch16_224", { imageSize: 16, patchSize: 8, width: 12, innerWidth: 8, depth: 1, heads: 2, mlpDim: 20, classes: 3, pool: "mean", innerPatchSize: 2, qkvBias: true }], // prettier-ignore
      ["tnt_s_patch16_224", { imageSize: 16, patchSize: 8, width: 12, depth: 1, heads: 2, innerPositions: false, outerPositions: false }], // prettier-ignore
    ],
  },
});
