import {
  type Scalar,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  add,
  dispose,
  pad,
  tensor1d,
  tensor2d,
  tidy,
} from "@tensorflow/tfjs-core";
import { type Context, type Description, Module, Random, type Shape, ShapeError, output, roiAlign, sizes, within } from "@tessera/core"; // prettier-ignore
import {
  type Detections,
  type Detector,
  type DetectorInputs,
  type PictureSizes,
  type Pictures,
  type Targets,
  checkOriginals,
  checkTargets,
  joinMaps,
  toCorners,
} from "@tessera/detection";
import { type VitDetConfig, type VitDetRules, defaultRules } from "./config.ts";
import { objectsIn } from "./detections.ts";
import { type Objectness, ProposalGenerator, RoiHeads, SIZE } from "./layers/heads.ts";
import { STRIDES, SimplePyramid } from "./layers/simple-pyramid.ts";
import { proposalLoss, regionLoss, trainingRegions } from "./losses.ts";
import { anchorsOf } from "./proposals/anchors.ts";
import { type LevelScores, propose } from "./proposals/propose.ts";
import { levelsOfCorners } from "./proposals/region-levels.ts";

/** What is seen of pictures. */
type Seen = {
  /** Rows of p2 to p5, one after another. [b, s, c] */
  places: Tensor3D;
  /** Of p2 to p6. */
  levels: Objectness[];
};

/**
 * ViTDet with Faster R-CNN's heads: Li et al. 2022, [arXiv:2203.16527](https://arxiv.org/abs/2203.16527). Anchors on a pyramid made of a plain
 * ViT's last map propose regions, and each region gets a class and a box. Parameters have detectron2's paths and shapes.
 */
export class VitDet extends Module implements Detector {
  readonly family = "vitdet";
  override readonly headPaths = ["roi_heads.box_predictor"];
  readonly config: VitDetConfig;
  readonly backbone: SimplePyramid;
  readonly proposalGenerator: ProposalGenerator;
  readonly roiHeads: RoiHeads;

  /** @throws {ShapeError} if the width is not divisible by the heads and by four, or patches do not cover pictures. */
  constructor(config: VitDetConfig) {
    super();
    if (config.width % 4 !== 0) throw new ShapeError(`VitDet: expected a width divisible by four, got ${config.width}`);
    this.config = { ...config };
    this.backbone = new SimplePyramid(this.config);
    this.proposalGenerator = new ProposalGenerator(config.channels);
    this.roiHeads = new RoiHeads(this.config);
  }

  /** The surest objects of each picture, without those that overlap a better one of their kind. */
  async detect(images: Tensor4D, pictures: Pictures, ctx: Context = {}): Promise<Detections[]> {
    const b = images.shape[0];
    checkOriginals(pictures.originals, b, "VitDet");
    const frames = this.framesOf(images, pictures.sizes);
    const kept = { frames, originals: pictures.originals, ...this.rules };
    const { places, levels } = tidy(() => this.see(images, ctx));
    try {
      const values = await Promise.all(levels.flatMap(({ logits, deltas }) => [logits.data(), deltas.data()]));
      const regions = this.propose(values as Float32Array[], frames, this.rules.candidates);
      // Some backends have no tensors without values.
      if (regions.every(({ length }) => length === 0)) return objectsIn([], [], regions, kept);
      const answers = this.judge(places, regions, ctx);
      try {
        const [scores, deltas] = await Promise.all([answers.scores.data(), answers.deltas.data()]);
        return objectsIn(scores, deltas, regions, kept);
      } finally {
        dispose([answers.scores, answers.deltas]);
      }
    } finally {
      dispose([places, ...levels.flatMap(({ logits, deltas }) => [logits, deltas])]);
    }
  }

  /**
   * The losses of proposals and of regions, added up: Ren et al. 2015, eq. 1, twice. Where there are more anchors or regions than a batch,
   * they are drawn with the context's random source.
   *
   * @throws {TesseraError} for targets that cannot be.
   */
  loss(images: Tensor4D, targets: readonly Targets[], ctx: Context = {}, inputs: DetectorInputs = {}): Scalar {
    checkTargets(targets, images.shape[0], this.config.classes, "VitDet");
    const frames = this.framesOf(images, inputs.sizes);
    const random = ctx.random ?? new Random("VitDet");
    const { classes } = this.config;
    const { anchorBatch, regionBatch, trainingCandidates } = this.rules;
    const objects = targets.map(({ labels, boxes }, i) => {
      const [height, width] = frames[i]!;
      return { labels, corners: toCorners(boxes).map((value, at) => value * (at % 2 === 0 ? width : height)) };
    });
    return tidy(() => {
      const { places, levels } = this.see(images, ctx);
      const anchors = this.anchors.flatMap((corners) => [...corners]);
      const proposing = proposalLoss(levels, anchors, objects, { anchorBatch, random });
      const values = levels.flatMap(({ logits, deltas }) => [
        logits.dataSync<"float32">(),
        deltas.dataSync<"float32">(),
      ]);
      const proposals = this.propose(values, frames, trainingCandidates);
      const regions = proposals.map((boxes, i) =>
        trainingRegions(boxes, objects[i]!, { classes, regionBatch, random: random.fork(`regions ${i}`) }),
      );
      // Of pictures without objects there may be no region, and then there is nothing to judge.
      if (regions.every(({ classes: of }) => of.length === 0)) return proposing;
      const { scores, deltas } = this.judge(
        places,
        regions.map(({ boxes }) => boxes),
        ctx,
      );
      return add(proposing, regionLoss(scores, deltas, regions, objects));
    });
  }

  private get rules(): VitDetRules {
    return { ...defaultRules, ...this.config.rules };
  }

  private framesOf(images: Tensor4D, given: PictureSizes | undefined): PictureSizes {
    const { imageSize } = this.config;
    const [b, h, w] = sizes(images, ["b", "h", "w", 3], "VitDet") as [number, number, number];
    if (h > imageSize || w > imageSize)
      throw new ShapeError(
        `VitDet: expected pictures of at most ${imageSize} pixels a side, got ${h}×${w}; resize them`,
      );
    const frames = given ?? Array.from({ length: b }, () => [h, w] as const);
    if (frames.length !== b) throw new ShapeError(`VitDet: expected the sizes of ${b} pictures, got ${frames.length}`);
    return frames;
  }

  /** Pictures are padded to the model's square by zeros below and beside them. */
  private see(images: Tensor4D, ctx: Context): Seen {
    const { imageSize } = this.config;
    const [, h, w] = images.shape;
    const square = pad(images, [[0, 0], [0, imageSize - h], [0, imageSize - w], [0, 0]]); // prettier-ignore
    const maps = this.backbone.forward(square, within(ctx, "backbone"));
    const head = within(ctx, "proposal_generator.rpn_head");
    const levels = maps.map((map, i) => this.proposalGenerator.rpnHead.forward(map, within(head, String(i))));
    return { places: joinMaps(maps.slice(0, 4), STRIDES).places, levels };
  }

  /** Places of p2 to p6. */
  private get grids(): readonly (readonly [number, number])[] {
    const side = Math.floor(this.config.imageSize / this.config.patchSize);
    const half = side >> 1;
    return [4 * side, 2 * side, side, half, (half + 1) >> 1].map((length) => [length, length] as const);
  }

  /** Of each map. */
  private get anchors(): Float64Array[] {
    return this.grids.map((grid, i) => anchorsOf(grid, STRIDES[i]!, this.rules.anchorSizes[i]!));
  }

  /** `values` are logits and deltas of each map. */
  private propose(values: readonly Float32Array[], frames: PictureSizes, candidates: number): Float64Array[] {
    const { anchors } = this;
    return frames.map((frame, picture) => {
      const levels = anchors.map((corners, i): LevelScores => {
        const count = corners.length / 4;
        const part = (of: Float32Array, each: number) => of.subarray(picture * count * each, (picture + 1) * count * each); // prettier-ignore
        return { logits: part(values[2 * i]!, 1), deltas: part(values[2 * i + 1]!, 4), anchors: corners };
      });
      return propose(levels, frame, { candidates, proposals: this.rules.proposals });
    });
  }

  /** What the heads say of the regions of all pictures, in their order. */
  private judge(
    places: Tensor3D,
    regions: readonly Float64Array[],
    ctx: Context,
  ): { scores: Tensor2D; deltas: Tensor2D } {
    const heads = within(ctx, "roi_heads");
    return tidy(() => {
      const boxes = regions.flatMap((of) => [...of]);
      const pictures = regions.flatMap((of, picture) => Array.from({ length: of.length / 4 }, () => picture));
      const at = {
        regions: tensor2d(boxes, [pictures.length, 4]),
        pictures: tensor1d(pictures, "int32"),
        levels: tensor1d(levelsOfCorners(boxes, this.rules.canonicalSize), "int32"),
      };
      const how = { size: SIZE, sampling: 0, grids: this.grids.slice(0, 4), strides: STRIDES.slice(0, 4) };
      const pooled = output(within(heads, "regions"), roiAlign(places, at, how));
      const vectors = this.roiHeads.boxHead.forward(pooled, within(heads, "box_head"));
      return this.roiHeads.boxPredictor.forward(vectors, within(heads, "box_predictor"));
    });
  }

  /** The output is that of the classes, for as many regions as are proposed. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1, c = 1] = child(this.backbone, input);
    for (const i of [8, 4, 2, 1, 0.5]) child(this.proposalGenerator, [b, Math.ceil(h * i), Math.ceil(w * i), c]);
    return { output: child(this.roiHeads, [b * this.rules.proposals, SIZE, SIZE, c]) };
  }
}
