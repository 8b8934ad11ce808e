import { familySuite } from "@tessera/testing";
import { tntFamily } from "./family.ts";
import { tntNames } from "./variants.ts";

familySuite({
  family: tntFamily,
  kinds: tntNames,
  small: { imageSize: 16, patchSize: 8, width: 16, innerWidth: 8, depth: 2, heads: 2, innerHeads: 4, mlpDim: 32 },
  // timm has names for the published ones only
  written: { timm: [["tnt_ti_patch16_224", { imageSize: 32, classes: 2 }]] },
});
