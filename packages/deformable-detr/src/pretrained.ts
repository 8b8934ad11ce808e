import type { PretrainedDetector } from "@tessera/detection";
import type { DeformableDetrName } from "./variants.ts";

/** The checkpoint of a variant; the authors' own files have no lasting addresses. */
export function pretrainedDeformableDetr(name: DeformableDetrName): PretrainedDetector {
  return { hub: `SenseTime/${name.replaceAll("_", "-")}`, labels: "coco-91", license: "apache-2.0" };
}
