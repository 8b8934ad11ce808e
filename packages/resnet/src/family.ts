import type { Family } from "@tessera/core";
import { readTimm } from "./config-files/read-timm.ts";
import { writeTimm } from "./config-files/write-timm.ts";
import { resnetDialects } from "./convert.ts";
import { createResNet, isResNetName } from "./create.ts";
import { featureInfo } from "./feature-info.ts";
import { formerNames } from "./former-names.ts";
import { ResNet } from "./model.ts";
import { pretrainedResNets } from "./pretrained.ts";
import { resnetVariants } from "./variants.ts";

/** ResNets, as what loads, saves and lists models sees them. */
export const resnetFamily: Family<ResNet> = {
  name: "resnet",
  variants: resnetVariants,
  build: (config) => new ResNet(config),
  create: createResNet,
  pretrained: (variant) => (isResNetName(variant) ? pretrainedResNets(variant) : {}),
  configFrom: (tensors) => ({ classes: tensors.get("fc.weight")?.shape[0] ?? 0 }),
  dialects: resnetDialects,
  timm: { architectures: [], formerNames, read: readTimm, write: writeTimm },
  featureInfo,
};
