import type { PretrainedDetector } from "@tessera/detection";
import type { YolosName } from "./variants.ts";

const hub: Record<YolosName, string> = {
  yolos_ti: "hustvl/yolos-tiny",
  yolos_s: "hustvl/yolos-small",
  yolos_b: "hustvl/yolos-base",
};

/** The checkpoint of a variant. */
export function pretrainedYolos(name: YolosName): PretrainedDetector {
  return { hub: hub[name], labels: "coco-91", license: "apache-2.0" };
}
