import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Backbone, type Context, type Description, Module, type Shape, within } from "@tessera/core";
import { ResNet } from "@tessera/resnet";
import type { DetrResNet } from "./config.ts";

/** A network that makes a map of a picture, and what that map is like. */
export interface DetrBackbone {
  /** Its last map is taken: `featureMaps(images, [-1])`. A model with `classes: 0`, so that no head goes untrained. */
  body: Module & Pick<Backbone, "featureMaps">;
  /** Of that map. */
  channels: number;
  /** Pixels to a place of that map. */
  reduction: number;
}

/** The ResNet of a DETR. A published one's batch norms are frozen, as its pictures are too large for batches. */
export function resnetBackbone(config: DetrResNet): DetrBackbone {
  const body = new ResNet({ frozenNorm: true, ...config, imageSize: 800, classes: 0 });
  return { body, channels: body.layer4.at(-1)!.outputs, reduction: config.outputStride ?? 32 };
}

/** A backbone under the name that DETR's checkpoints have for it. */
export class BackboneBody extends Module {
  readonly body: DetrBackbone["body"];
  readonly #channels: number;
  readonly #reduction: number;

  constructor({ body, channels, reduction }: DetrBackbone) {
    super();
    this.body = body;
    this.#channels = channels;
    this.#reduction = reduction;
  }

  /** [b, h, w, 3] -> [b, h′, w′, channels] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor4D {
    return this.body.featureMaps(images, [-1], within(ctx, "body"))[0]!;
  }

  override describe([b = 1, h = 1, w = 1, c = 3]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    child(this.body, [b, h, w, c]);
    return { output: [b, Math.ceil(h / this.#reduction), Math.ceil(w / this.#reduction), this.#channels] };
  }
}
