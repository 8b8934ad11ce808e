import { type Scalar, type Tensor, type Tensor3D, type Tensor4D, add, concat, dispose, expandDims, mul, reshape, sigmoid, slice, tidy, zeros as zeroTensor } from "@tensorflow/tfjs-core"; // prettier-ignore
import { type Context, type Description, type Initializer, Linear, type LoadOptions, Module, Param, type Shape, constant, normal, repeat, sizes, torchUniform, within, zeros } from "@tessera/core"; // prettier-ignore
import { type Detections, type Detector, type DetectorInputs, type Pictures, type Predictions, type Targets, focalCriterion, setLoss } from "@tessera/detection"; // prettier-ignore
import type { Grid } from "@tessera/detr";
import { BackboneBody, type DeformableBackbone } from "./backbone.ts";
import type { DeformableDetrConfig } from "./config.ts";
import { detections } from "./detections.ts";
import { InputProjection } from "./input-projection.ts";
import { BoxHead } from "./layers/box-head.ts";
import { placeProposals, positionsOf } from "./positions.ts";
import { boxSines, detached, movedBoxes, surest } from "./references.ts";
import { type Weights, withoutRepeats } from "./repeated-heads.ts";
import { type Scene, sceneOf } from "./scenes.ts";
import { type Queries, Transformer } from "./transformer.ts";

/** A learned position, then a learned content, for each query. */
class QueryEmbed extends Module {
  readonly weight: Param;

  constructor(queries: number, width: number) {
    super();
    this.weight = new Param([queries, 2 * width], normal(1));
  }

  override describe([b = 1]: Shape): Description {
    return { output: [b, ...this.weight.shape] };
  }
}

/** Begins with scores of 0.01. */
const UNLIKELY = constant(-Math.log(99));

/** At first boxes are small, where nothing says how large they are. */
const small: Initializer = () => Float32Array.of(0, 0, -2, -2);

/** What all layers say; of a model in two stages also what the encoder says of every place. */
export interface LayerPredictions {
  layers: Predictions[];
  proposals?: Predictions;
}

/**
 * Deformable DETR: Zhu et al. 2021, [arXiv:2010.04159](https://arxiv.org/abs/2010.04159). Places and queries look at a few points of maps of
 * several scales, so that it learns in a tenth of DETR's time and sees small things. Parameters have the paths and shapes of the official
 * code, those that it has several times once.
 */
export class DeformableDetr<C extends DeformableDetrConfig = DeformableDetrConfig> extends Module implements Detector {
  readonly family = "deformable-detr";
  override readonly headPaths: string[];
  readonly config: C;
  readonly backbone: readonly [BackboneBody];
  readonly inputProj: InputProjection[];
  readonly transformer: Transformer;
  readonly queryEmbed: QueryEmbed | undefined;
  readonly classEmbed: Linear[];
  readonly bboxEmbed: BoxHead[];

  /**
   * @param backbone any network that makes maps: a ResNet, a Swin, one's own. Of more maps than levels the first are taken.
   * @throws {ShapeError} if the width is not divisible by the heads, by four and by the 32 groups of norms.
   */
  constructor(config: C, backbone: DeformableBackbone) {
    super();
    const { width, queries, classes, levels, decoderDepth, twoStage = false } = config;
    const refine = config.refine === true || twoStage;
    this.config = { ...config };
    this.backbone = [new BackboneBody(backbone)];
    const { channels } = backbone;
    this.inputProj = repeat(levels, (i) => {
      const inputs = i > channels.length ? width : channels[Math.min(i, channels.length - 1)]!;
      return new InputProjection(inputs, width, i >= channels.length);
    });
    this.transformer = new Transformer(config);
    this.queryEmbed = twoStage ? undefined : new QueryEmbed(queries, width);
    const heads = (refine ? decoderDepth : 1) + Number(twoStage);
    this.classEmbed = repeat(
      heads,
      () => new Linear(width, classes, { init: torchUniform(width), biasInit: UNLIKELY }),
    );
    this.bboxEmbed = repeat(heads, (i) => new BoxHead(width, i === 0 && !twoStage ? small : zeros));
    this.headPaths = this.classEmbed.map((_, i) => `class_embed.${i}`);
  }

  /** As every module; of heads that layers share, files may have one for each layer. */
  override load(weights: Weights, options: LoadOptions = {}): Promise<this> {
    return super.load(this.bboxEmbed.length > 1 ? weights : withoutRepeats(weights), options);
  }

  /** What the last layer says of each query: [b, h, w, c] -> logits [b, q, classes], boxes [b, q, 4]. */
  forward(images: Tensor4D, ctx: Context = {}, inputs: DetectorInputs = {}): Predictions {
    return tidy(() => {
      const { logits, boxes } = this.predictions(images, ctx, inputs).layers.at(-1)!;
      return { logits, boxes };
    });
  }

  /** What every layer of the decoder says, from the first on, and the encoder where it proposes. */
  predictions(images: Tensor4D, ctx: Context = {}, inputs: DetectorInputs = {}): LayerPredictions {
    return tidy(() => this.decoded(images, ctx, inputs) as never) as LayerPredictions;
  }

  /** The surest hundred pairs of a query and a class: see `detections`. */
  async detect(images: Tensor4D, { sizes: frames, originals }: Pictures, ctx: Context = {}): Promise<Detections[]> {
    const { logits, boxes } = this.forward(images, ctx, { sizes: frames });
    try {
      return await detections({ logits, boxes }, originals);
    } finally {
      dispose([logits, boxes]);
    }
  }

  /**
   * The set loss of all layers with focal loss; of a model in two stages that of the proposals is added, for which all objects are of one
   * kind. @throws {TesseraError} for targets that cannot be, and for predictions with NaN.
   */
  loss(images: Tensor4D, targets: readonly Targets[], ctx: Context = {}, inputs: DetectorInputs = {}): Scalar {
    return tidy(() => {
      const { layers, proposals } = this.predictions(images, ctx, inputs);
      const loss = setLoss(layers, targets, focalCriterion);
      if (!proposals) return loss;
      const anything = targets.map(({ labels, boxes }) => ({ labels: Array.from(labels, () => 0), boxes }));
      return add(loss, setLoss([proposals], anything, focalCriterion));
    });
  }

  private decoded(images: Tensor4D, ctx: Context, inputs: DetectorInputs): LayerPredictions {
    sizes(images, ["b", "h", "w", "c"], "DeformableDetr");
    const maps = this.maps(images, ctx);
    const scene = sceneOf(inputs.sizes, images.shape, maps.map(({ shape }): Grid => [shape[1], shape[2]])); // prettier-ignore
    const [b, , , d] = maps[0]!.shape;
    const tokens: Tensor3D = concat(maps.map((map): Tensor3D => reshape(map, [b, -1, d])), 1); // prettier-ignore
    const positions: Tensor3D = add(positionsOf(scene, d), this.transformer.levelOf(scene));
    within(ctx, "tokens").capture?.("", () => tokens);
    within(ctx, "positions").capture?.("", () => positions);
    const inside = within(ctx, "transformer");
    const memory = this.transformer.encoder.forward(tokens, within(inside, "encoder"), scene, positions);
    const [queries, proposals] = this.config.twoStage ? this.proposed(memory, scene, ctx) : [this.learned(b, ctx)];
    within(inside, "references").capture?.("", () => queries.references);
    const layers: Predictions[] = [];
    this.transformer.decoder.forward(memory, within(inside, "decoder"), scene, queries, (i, x, references) => {
      const said = this.read(i, x, references, ctx);
      layers.push(said);
      return this.bboxEmbed.length > 1 ? detached(said.boxes) : references;
    });
    return proposals ? { layers, proposals } : { layers };
  }

  /** Those of the backbone, then smaller ones made of its last. */
  private maps(images: Tensor4D, ctx: Context): Tensor4D[] {
    const given = this.backbone[0].forward(images, within(ctx, "backbone.0"));
    const made: Tensor4D[] = [];
    for (const [i, projection] of this.inputProj.entries()) {
      const from = given[i] ?? (i === given.length ? given.at(-1)! : made.at(-1)!);
      made.push(projection.forward(from, within(ctx, `input_proj.${i}`)));
    }
    return made;
  }

  /** Queries as they were learned, which look where their position says. */
  private learned(b: number, ctx: Context): Queries {
    const { queries, width } = this.config;
    const table: Tensor3D = expandDims(this.queryEmbed!.weight.value as Tensor, 0);
    const [positions, content] = [0, width].map((start): Tensor3D => {
      return add(slice(table, [0, 0, start], [1, queries, width]), zeroTensor([b, queries, width]));
    }) as [Tensor3D, Tensor3D];
    const references = this.transformer.referencePoints!;
    const at = within(ctx, "transformer.reference_points");
    return { positions, content, references: sigmoid(references.forward(positions, at)) };
  }

  /** Queries of the places that most probably show something, and what the encoder says of all. */
  private proposed(memory: Tensor3D, scene: Scene, ctx: Context): [Queries, Predictions] {
    const { queries, width } = this.config;
    const { encOutput, encOutputNorm, posTrans, posTransNorm } = this.transformer;
    const inside = within(ctx, "transformer");
    const last = this.classEmbed.length - 1;
    const { logits: places, valid } = placeProposals(scene);
    const seen = encOutput!.forward(mul<Tensor3D>(memory, valid), within(inside, "enc_output"));
    const tokens = encOutputNorm!.forward(seen, within(inside, "enc_output_norm"));
    const logits = this.classEmbed[last]!.forward(tokens, within(ctx, `class_embed.${last}`));
    const moved: Tensor3D = add(this.bboxEmbed[last]!.forward(tokens, within(ctx, `bbox_embed.${last}`)), places);
    const best = surest(logits, moved, Math.min(queries, moved.shape[1]));
    const sines = boxSines(best, 2 * width);
    const features = posTransNorm!.forward(
      posTrans!.forward(sines, within(inside, "pos_trans")),
      within(inside, "pos_trans_norm"),
    );
    const [b, q] = best.shape;
    const [positions, content] = [0, width].map((start) => slice(features, [0, 0, start], [b, q, width]));
    return [
      { positions: positions!, content: content!, references: sigmoid(best) },
      { logits, boxes: sigmoid(moved) },
    ];
  }

  private read(layer: number, queries: Tensor3D, references: Tensor3D, ctx: Context): Predictions {
    const head = this.bboxEmbed.length > 1 ? layer : 0;
    const moves = this.bboxEmbed[head]!.forward(queries, within(ctx, `bbox_embed.${head}`));
    return {
      logits: this.classEmbed[head]!.forward(queries, within(ctx, `class_embed.${head}`)),
      boxes: movedBoxes(moves, references),
    };
  }

  /** The output is that of the classes. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    child(this.backbone[0], input);
    const given = this.backbone[0].shapes(input);
    const maps: Shape[] = [];
    for (const [i, projection] of this.inputProj.entries())
      maps.push(child(projection, given[i] ?? (i === given.length ? given.at(-1)! : maps.at(-1)!)));
    const places = maps.reduce((count, [, h = 1, w = 1]) => count + h * w, 0);
    if (this.queryEmbed) child(this.queryEmbed, input);
    const memory = [maps[0]![0]!, places, this.config.width];
    const queries = child(this.transformer, memory);
    const { decoderDepth } = this.config;
    const classes = this.classEmbed.map((head, i) => {
      const from = i === decoderDepth ? memory : queries;
      child(this.bboxEmbed[i]!, from);
      return child(head, from);
    });
    return { output: classes[Math.min(classes.length, decoderDepth) - 1]! };
  }
}
