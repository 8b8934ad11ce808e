import { type Tensor1D, type Tensor2D, type Tensor3D, add, relu, reshape, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  LayerNorm,
  Linear,
  Module,
  type Shape,
  Sublayer,
  constant,
  output,
  repeat,
  within,
  xavierUniform,
} from "@tessera/core";
import { type DeltaRule, type Pyramid, applyDeltas, poolRegions } from "@tessera/detection";
import { FeedForward, MultiheadAttention } from "@tessera/detr";
import type { SparseRcnnConfig } from "../config.ts";
import { DynamicInteraction, EPSILON } from "./dynamic-interaction.ts";

/** Places of a region along each side, and samples of each. */
const [SIZE, SAMPLING] = [7, 2];

const deltaRule: DeltaRule = { weights: [2, 2, 1, 1], clamp: Math.log(100_000 / 16) };

/** Focal loss starts from a share of objects of 0.01: Lin et al. 2017, section 4.1. */
const RARE = -Math.log(99);

/** What a stage makes of its proposals. */
export interface Refined {
  /** Before the sigmoid. [b, n, classes] */
  logits: Tensor3D;
  /** Corners in pixels. [b · n, 4] */
  boxes: Tensor2D;
  /** Features for the next stage. [b, n, d] */
  proposals: Tensor3D;
}

/** Linear layers without bias, each with its norm and a ReLU, which has a number of its own in checkpoints. */
function tower(width: number, depth: number): (Linear | LayerNorm | undefined)[] {
  return Array.from({ length: depth }, () => [
    new Linear(width, width, { bias: false, init: xavierUniform }),
    new LayerNorm(width, EPSILON),
    undefined,
  ]).flat();
}

/**
 * One refinement: proposals look at each other, each at its region, and give classes and a better box. Sun et al. 2021, figure 3.
 * Offers the boxes that it begins with, and its `regions`, to captures.
 */
export class Stage extends Module {
  readonly selfAttn: MultiheadAttention;
  readonly norm1: LayerNorm;
  readonly instInteract: DynamicInteraction;
  readonly norm2: LayerNorm;
  readonly ffn: FeedForward;
  readonly norm3: LayerNorm;
  readonly clsModule: (Linear | LayerNorm | undefined)[];
  readonly regModule: (Linear | LayerNorm | undefined)[];
  readonly classLogits: Linear;
  readonly bboxesDelta: Linear;
  readonly #canonicalSize: number | undefined;
  readonly #among: Sublayer<Stage>;
  readonly #mlp: Sublayer<Stage>;

  constructor({ width, heads, mlpDim, dynamicWidth, classes, canonicalSize }: SparseRcnnConfig) {
    super();
    this.#canonicalSize = canonicalSize;
    const norm = () => new LayerNorm(width, EPSILON);
    this.selfAttn = new MultiheadAttention({ width, heads });
    this.norm1 = norm();
    this.instInteract = new DynamicInteraction({ width, dynamicWidth, places: SIZE * SIZE });
    this.norm2 = norm();
    this.ffn = new FeedForward({ width, hidden: mlpDim });
    this.norm3 = norm();
    this.clsModule = tower(width, 1);
    this.regModule = tower(width, 3);
    this.classLogits = new Linear(width, classes, { init: xavierUniform, biasInit: constant(RARE) });
    this.bboxesDelta = new Linear(width, 4, { init: xavierUniform });
    this.#among = new Sublayer<Stage>(this, { norm: "norm1", branch: "selfAttn" }, { order: "post" });
    this.#mlp = new Sublayer<Stage>(this, { norm: "norm3", branch: "ffn" }, { order: "post" });
  }

  /** proposals [b, n, d], their boxes as corners [b · n, 4], whose pictures are [b · n] */
  forward(proposals: Tensor3D, boxes: Tensor2D, pyramid: Pyramid, pictures: Tensor1D, ctx: Context = {}): Refined {
    const [b, n, d] = proposals.shape;
    const m = b * n;
    return tidy(() => {
      within(ctx, "boxes").capture?.("", () => boxes);
      const pooling = {
        size: SIZE,
        sampling: SAMPLING,
        ...(this.#canonicalSize && { canonicalSize: this.#canonicalSize }),
      };
      const regions = output(within(ctx, "regions"), poolRegions(pyramid, boxes, pictures, pooling));
      const among: Tensor2D = reshape(this.#among.forward(proposals, ctx), [m, d]);
      const seen = this.instInteract.forward(
        among,
        reshape(regions, [m, SIZE * SIZE, d]),
        within(ctx, "inst_interact"),
      );
      const mixed: Tensor3D = reshape(this.norm2.forward(add<Tensor2D>(among, seen), within(ctx, "norm2")), [b, n, d]);
      const refined = this.#mlp.forward(mixed, ctx);
      const features: Tensor2D = reshape(refined, [m, d]);
      const classes = this.through(features, "cls_module", this.clsModule, ctx);
      const logits = this.classLogits.forward(classes, within(ctx, "class_logits"));
      const deltas = this.bboxesDelta.forward(
        this.through(features, "reg_module", this.regModule, ctx),
        within(ctx, "bboxes_delta"),
      );
      return {
        logits: reshape(logits, [b, n, -1]) as Tensor3D,
        boxes: applyDeltas(deltas, boxes, deltaRule),
        proposals: refined,
      };
    });
  }

  private through(x: Tensor2D, name: string, parts: Stage["clsModule"], ctx: Context): Tensor2D {
    return parts.reduce((y, part, i) => part?.forward(y, within(ctx, `${name}.${i}`)) ?? relu(y), x);
  }

  /** `input` is the shape of the proposals, and the output that of the classes. */
  override describe([b = 1, n = 1, d = 1]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const proposals = [b * n, d];
    for (const part of [this.selfAttn, this.norm1]) child(part, [b, n, d]);
    for (const part of [this.instInteract, this.norm2]) child(part, proposals);
    for (const part of [this.ffn, this.norm3]) child(part, [b, n, d]);
    for (const part of [...this.clsModule, ...this.regModule]) if (part) child(part, proposals);
    child(this.bboxesDelta, proposals);
    return { output: child(this.classLogits, proposals) };
  }
}

/** The stages under the name that checkpoints have for them. */
export class Head extends Module {
  readonly headSeries: Stage[];

  constructor(config: SparseRcnnConfig) {
    super();
    this.headSeries = repeat(config.stages, () => new Stage(config));
  }

  /** `input` is the shape of the proposals. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.headSeries.map((stage) => child(stage, input)).at(-1) ?? input };
  }
}
