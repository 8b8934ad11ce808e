import type { Backbone, Module } from "@tessera/core";
import { ResNet } from "@tessera/resnet";
import type { SparseResNet } from "./config.ts";

/** A network that makes four maps of a picture, a quarter to a thirty-second of its side. */
export interface PyramidBackbone {
  /** Its last four maps are taken: `featureMaps(images, [-4, -3, -2, -1])`. A model with `classes: 0`, so that no head goes untrained. */
  body: Module & Pick<Backbone, "featureMaps">;
  /** Of those maps. */
  channels: readonly [number, number, number, number];
}

/** The ResNet of a Sparse R-CNN. A published one's batch norms are frozen, as its pictures are too large for batches. */
export function resnetBackbone(config: SparseResNet): PyramidBackbone {
  const body = new ResNet({ frozenNorm: true, ...config, imageSize: 800, classes: 0 });
  const stages = [body.layer1, body.layer2, body.layer3, body.layer4];
  return { body, channels: stages.map((blocks) => blocks.at(-1)!.outputs) as [number, number, number, number] };
}
