import type { Family } from "@tessera/core";
import { readTimm } from "./config-files/read-timm.ts";
import { writeTimm } from "./config-files/write-timm.ts";
import { createAirbench } from "./create.ts";
import { Airbench } from "./model.ts";
import { airbenchVariants } from "./variants.ts";

/** Airbench, as what loads, saves and lists models sees it. */
export const airbenchFamily: Family<Airbench> = {
  name: "airbench",
  variants: airbenchVariants,
  build: (config) => new Airbench(config),
  create: createAirbench,
  // Nobody publishes weights: they are trained in minutes.
  pretrained: () => ({}),
  configFrom: (tensors) => ({ classes: tensors.get("head.weight")?.shape[0] ?? 0 }),
  dialects: [],
  timm: { architectures: [], read: readTimm, write: writeTimm },
  featureInfo: ({ widths }) =>
    widths.map((channels, i) => ({ channels, reduction: 2 ** (i + 1), path: `groups.${i}` })),
};
