import type { PretrainedDetector } from "@tessera/detection";
import type { DetrName } from "./variants.ts";

const files: Record<DetrName, string> = {
  detr_resnet50: "detr-r50-e632da11.pth",
  detr_resnet50_dc5: "detr-r50-dc5-f0fb7ef5.pth",
  detr_resnet101: "detr-r101-2c7b67e5.pth",
  detr_resnet101_dc5: "detr-r101-dc5-a2e86def.pth",
};

/** The checkpoint of a variant. */
export function pretrainedDetr(name: DetrName): Required<PretrainedDetector> {
  return {
    hub: `facebook/${name.replaceAll("_", "-").replace("resnet", "resnet-")}`,
    file: `https://dl.fbaipublicfiles.com/detr/${files[name]}`,
    labels: "coco-91",
    license: "apache-2.0",
  };
}
