import { familySuite } from "@tessera/testing";
import { airbenchFamily } from "./family.ts";

familySuite({
  family: airbenchFamily,
  kinds: ["airbench94", "airbench96"],
  small: { imageSize: 17, widths: [8, 12, 16] },
  written: {
    timm: [
      ["airbench94", { imageSize: 16, widths: [8, 12, 16], classes: 2 }],
      ["airbench96", { imageSize: 20, widths: [4, 4, 8], classes: 0, channels: 1 }],
    ],
  },
});
