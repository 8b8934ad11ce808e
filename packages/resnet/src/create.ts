import { checkedOptions, variantConfig } from "@tessera/core";
import { type ResNetConfig, resnetOptions } from "./config.ts";
import { ResNet } from "./model.ts";
import { type ResNetName, resnetVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isResNetName(name: string): name is ResNetName {
  return Object.hasOwn(resnetVariants, name);
}

/**
 * A variant, with overrides: `createResNet("resnet50", { classes: 5 })`. Its parameters are declared; `init` or `load` fills
 * them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createResNet(name: ResNetName | (string & {}), overrides: Partial<ResNetConfig> = {}): ResNet {
  return new ResNet({
    ...variantConfig<ResNetConfig>("createResNet", resnetVariants, name),
    ...checkedOptions("createResNet", overrides, resnetOptions),
  });
}
