import {
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  dispose,
  expandDims,
  reshape,
  sigmoid,
  tidy,
} from "@tensorflow/tfjs-core";
import {
  type Context,
  Conv2d,
  type Description,
  Linear,
  Module,
  Param,
  type Shape,
  normal,
  output,
  repeat,
  sizes,
  torchUniform,
  within,
} from "@tessera/core";
import {
  type Detections,
  type Detector,
  type DetectorInputs,
  type Pictures,
  type Predictions,
  type Targets,
  setLoss,
} from "@tessera/detection";
import { BackboneBody, type DetrBackbone } from "./backbone.ts";
import type { DetrConfig } from "./config.ts";
import { detections } from "./detections.ts";
import { placesOf } from "./places.ts";
import { Transformer } from "./transformer.ts";

/** A learned vector for each query. */
class QueryEmbed extends Module {
  readonly weight: Param;

  constructor(queries: number, width: number) {
    super();
    this.weight = new Param([queries, width], normal(1));
  }

  override describe([b = 1]: Shape): Description {
    return { output: [b, ...this.weight.shape] };
  }
}

/** A box from a query: three layers, then a sigmoid. */
class BoxHead extends Module {
  readonly layers: Linear[];

  constructor(width: number) {
    super();
    this.layers = repeat(3, (i) => new Linear(width, i === 2 ? 4 : width, { init: torchUniform(width) }));
  }

  /** [b, q, d] -> [b, q, 4] */
  forward(x: Tensor3D, ctx: Context): Tensor3D {
    const last = this.layers.length - 1;
    const y = this.layers.reduce(
      (h, layer, i) => layer.forward(h, within(ctx, `layers.${i}`), { activation: i < last ? "relu" : "none" }),
      x,
    );
    return output(ctx, sigmoid(y));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.layers.reduce((shape, layer) => child(layer, shape), input) };
  }
}

/** As tfjs's `tidy` hands tensors on. */
type PlainPredictions = { logits: Tensor3D; boxes: Tensor3D };

/**
 * DETR: Carion et al. 2020, [arXiv:2005.12872](https://arxiv.org/abs/2005.12872). Queries look at the map that a backbone makes of a
 * picture, and each says a class and a box, or "no object". Parameters have the paths and shapes of the official code.
 */
export class Detr<C extends DetrConfig = DetrConfig> extends Module implements Detector {
  readonly family = "detr";
  override readonly headPaths = ["class_embed"];
  readonly config: C;
  readonly backbone: readonly [BackboneBody];
  readonly inputProj: Conv2d;
  readonly transformer: Transformer;
  readonly queryEmbed: QueryEmbed;
  readonly classEmbed: Linear;
  readonly bboxEmbed: BoxHead;

  /**
   * @param backbone any network that makes a map: a ResNet, a Swin, one's own.
   * @throws {ShapeError} if the width is not divisible by the heads and by four.
   */
  constructor(config: C, backbone: DetrBackbone) {
    super();
    const { width, queries, classes } = config;
    this.config = { ...config };
    this.backbone = [new BackboneBody(backbone)];
    this.inputProj = new Conv2d({ inputs: backbone.channels, outputs: width, size: 1 });
    this.transformer = new Transformer(config);
    this.queryEmbed = new QueryEmbed(queries, width);
    this.classEmbed = new Linear(width, classes + 1, { init: torchUniform(width) });
    this.bboxEmbed = new BoxHead(width);
  }

  /** What the last layer says of each query: [b, h, w, c] -> logits [b, q, classes + 1], boxes [b, q, 4]. */
  forward(images: Tensor4D, ctx: Context = {}, inputs: DetectorInputs = {}): Predictions {
    return tidy(() => this.read(this.decoded(images, ctx, inputs).at(-1)!(), ctx));
  }

  /** What every layer of the decoder says, from the first on, for `setLoss`. */
  layers(images: Tensor4D, ctx: Context = {}, inputs: DetectorInputs = {}): Predictions[] {
    return tidy(() => this.decoded(images, ctx, inputs).map((queries) => this.read(queries(), ctx)));
  }

  /** The best class of each query and its box: see `detections`. */
  async detect(images: Tensor4D, { sizes: frames, originals }: Pictures, ctx: Context = {}): Promise<Detections[]> {
    const { logits, boxes } = this.forward(images, ctx, { sizes: frames });
    try {
      return await detections({ logits, boxes }, originals);
    } finally {
      dispose([logits, boxes]);
    }
  }

  /** The set loss of all layers. @throws {TesseraError} for targets that cannot be, and for predictions with NaN. */
  loss(images: Tensor4D, targets: readonly Targets[], ctx: Context = {}, inputs: DetectorInputs = {}): Scalar {
    return tidy(() => setLoss(this.layers(images, ctx, inputs), targets));
  }

  /** The queries after each layer: [b, h, w, c] -> a [b, q, d] of each. */
  private decoded(images: Tensor4D, ctx: Context, inputs: DetectorInputs): (() => Tensor3D)[] {
    sizes(images, ["b", "h", "w", "c"], "Detr");
    const map = this.inputProj.forward(
      this.backbone[0].forward(images, within(ctx, "backbone.0")),
      within(ctx, "input_proj"),
    );
    const [b, rows, columns, d] = map.shape;
    const places = placesOf(inputs.sizes, images.shape, [rows, columns], d);
    within(ctx, "positions").capture?.("", () => places.positions);
    const queries: Tensor3D = expandDims(this.queryEmbed.weight.value as Tensor as Tensor2D, 0);
    const tokens: Tensor3D = reshape(map, [b, rows * columns, d]);
    return this.transformer.forward(tokens, within(ctx, "transformer"), queries, places);
  }

  private read(queries: Tensor3D, ctx: Context): PlainPredictions {
    return {
      logits: this.classEmbed.forward(queries, within(ctx, "class_embed")),
      boxes: this.bboxEmbed.forward(queries, within(ctx, "bbox_embed")),
    };
  }

  /** The output is that of the classes. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1, d = 1] = child(this.inputProj, child(this.backbone[0], input));
    child(this.queryEmbed, input);
    const queries = child(this.transformer, [b, h * w, d]);
    child(this.bboxEmbed, queries);
    return { output: child(this.classEmbed, queries) };
  }
}
