import type { DetrResNet } from "../config.ts";

/** ResNets by the names that timm, and so transformers, has for them. */
export const resnets: Readonly<Record<string, Pick<DetrResNet, "block" | "depths">>> = {
  resnet18: { block: "basic", depths: [2, 2, 2, 2] },
  resnet34: { block: "basic", depths: [3, 4, 6, 3] },
  resnet50: { block: "bottleneck", depths: [3, 4, 6, 3] },
  resnet101: { block: "bottleneck", depths: [3, 4, 23, 3] },
};
