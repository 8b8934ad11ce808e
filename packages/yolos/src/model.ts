import { type Scalar, type Tensor3D, type Tensor4D, dispose, sigmoid, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  Linear,
  Module,
  type Shape,
  output,
  repeat,
  torchUniform,
  within,
} from "@tessera/core";
import {
  type Detections,
  type Detector,
  type Pictures,
  type Predictions,
  type Targets,
  setLoss,
} from "@tessera/detection";
import { detections } from "@tessera/detr";
import { YolosBackbone } from "./backbone.ts";
import type { YolosConfig } from "./config.ts";

/** Three layers with ReLUs between them. */
class PredictionHead extends Module {
  readonly layers: Linear[];

  constructor(width: number, outputs: number) {
    super();
    const init = { init: torchUniform(width) };
    this.layers = repeat(3, (i) => new Linear(width, i === 2 ? outputs : width, init));
  }

  /** [b, q, d] -> [b, q, outputs] */
  forward(x: Tensor3D, ctx: Context): Tensor3D {
    const last = this.layers.length - 1;
    return output(
      ctx,
      this.layers.reduce(
        (y, layer, i) => layer.forward(y, within(ctx, `layers.${i}`), { activation: i < last ? "relu" : "none" }),
        x,
      ),
    );
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.layers.reduce((shape, layer) => child(layer, shape), input) };
  }
}

/**
 * YOLOS: Fang et al. 2021, [arXiv:2106.00666](https://arxiv.org/abs/2106.00666). A plain ViT reads patches and a hundred detection tokens
 * as one sequence; each of these says a class and a box, or "no object". Parameters have the paths and shapes of the official code.
 */
export class Yolos extends Module implements Detector {
  readonly family = "yolos";
  override readonly headPaths = ["class_embed.layers.2"];
  readonly config: YolosConfig;
  readonly backbone: YolosBackbone;
  readonly classEmbed: PredictionHead;
  readonly bboxEmbed: PredictionHead;

  /** @throws {ShapeError} if the width is not divisible by the heads, or no patch fits the image. */
  constructor(config: YolosConfig) {
    super();
    this.config = { ...config };
    this.backbone = new YolosBackbone(this.config);
    this.classEmbed = new PredictionHead(config.width, config.classes + 1);
    this.bboxEmbed = new PredictionHead(config.width, 4);
  }

  /** What each detection token says: [b, h, w, 3] -> logits [b, q, classes + 1], boxes [b, q, 4]. Padding is seen like the picture. */
  forward(images: Tensor4D, ctx: Context = {}): Predictions {
    return tidy(() => {
      const found = this.backbone.forward(images, within(ctx, "backbone"));
      const logits = this.classEmbed.forward(found, within(ctx, "class_embed"));
      return { logits, boxes: sigmoid(this.bboxEmbed.forward(found, within(ctx, "bbox_embed"))) };
    });
  }

  /** The best class of each detection token and its box: see `detections` of `@tessera/detr`. */
  async detect(images: Tensor4D, { originals }: Pictures, ctx: Context = {}): Promise<Detections[]> {
    const { logits, boxes } = this.forward(images, ctx);
    try {
      return await detections({ logits, boxes }, originals);
    } finally {
      dispose([logits, boxes]);
    }
  }

  /** DETR's set loss. @throws {TesseraError} for targets that cannot be, and for predictions with NaN. */
  loss(images: Tensor4D, targets: readonly Targets[], ctx: Context = {}): Scalar {
    return tidy(() => setLoss([this.forward(images, ctx)], targets));
  }

  /** The output is that of the classes. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const found = child(this.backbone, input);
    child(this.bboxEmbed, found);
    return { output: child(this.classEmbed, found) };
  }
}
