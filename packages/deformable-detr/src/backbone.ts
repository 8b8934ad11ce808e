import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Backbone, type Context, type Description, Module, type Shape, within } from "@tessera/core";
import type { DetrResNet } from "@tessera/detr";
import { ResNet } from "@tessera/resnet";

/** A network that makes maps of a picture, and what those that are looked at are like. */
export interface DeformableBackbone {
  /** A model with `classes: 0`, so that no head goes untrained. */
  body: Module & Pick<Backbone, "featureMaps">;
  /** Which of its maps are taken, as `featureMaps` numbers them. */
  maps: readonly number[];
  /** Of each of them. */
  channels: readonly number[];
  /** Pixels to a place of each of them. */
  reductions: readonly number[];
}

/** The ResNet of a published model, with frozen norms unless the config says otherwise: the maps of its last three stages, or of the last where one map is looked at. */
export function resnetBackbone(config: DetrResNet, levels: number): DeformableBackbone {
  const body = new ResNet({ frozenNorm: true, ...config, imageSize: 800, classes: 0 });
  const stages = [body.layer2, body.layer3, body.layer4].slice(levels === 1 ? 2 : 0);
  const { outputStride = 32 } = config;
  return {
    body,
    maps: stages.map((_, i) => i - stages.length),
    channels: stages.map((stage) => stage.at(-1)!.outputs),
    reductions: [8, 16, 32].slice(-stages.length).map((reduction) => Math.min(reduction, outputStride)),
  };
}

/** A backbone under the name that checkpoints have for it. */
export class BackboneBody extends Module {
  readonly body: DeformableBackbone["body"];
  readonly #maps: readonly number[];
  readonly #channels: readonly number[];
  readonly #reductions: readonly number[];

  constructor({ body, maps, channels, reductions }: DeformableBackbone) {
    super();
    this.body = body;
    this.#maps = maps;
    this.#channels = channels;
    this.#reductions = reductions;
  }

  /** [b, h, w, 3] -> a [b, h′, w′, channels] of each map */
  forward(images: Tensor4D, ctx: Context = {}): Tensor4D[] {
    return this.body.featureMaps(images, this.#maps, within(ctx, "body"));
  }

  /** Shapes of the maps. */
  shapes([b = 1, h = 1, w = 1]: Shape): [b: number, h: number, w: number, c: number][] {
    return this.#reductions.map((step, i) => [b, Math.ceil(h / step), Math.ceil(w / step), this.#channels[i]!]);
  }

  override describe([b = 1, h = 1, w = 1, c = 3]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    child(this.body, [b, h, w, c]);
    return { output: this.shapes([b, h, w]).at(-1)! };
  }
}
