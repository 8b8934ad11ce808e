import {
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  clone,
  dispose,
  div,
  expandDims,
  mul,
  reshape,
  tensor,
  tensor1d,
  tidy,
  tile,
} from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  type Initializer,
  Module,
  Param,
  type Shape,
  ShapeError,
  normal,
  sizes,
  unrecorded,
  within,
} from "@tessera/core";
import {
  type Detections,
  type Detector,
  type DetectorInputs,
  type PictureSizes,
  type Pictures,
  type Predictions,
  type Targets,
  centresOf,
  cornersOf,
  focalCornersCriterion,
  joinMaps,
  setLoss,
} from "@tessera/detection";
import type { PyramidBackbone } from "./backbone.ts";
import type { SparseRcnnConfig } from "./config.ts";
import { detections } from "./detections.ts";
import { Fpn, STRIDES } from "./layers/fpn.ts";
import { Head } from "./layers/stage.ts";

/** A learned row for each proposal. */
class ProposalTable extends Module {
  readonly weight: Param;

  constructor(shape: readonly [proposals: number, width: number], init: Initializer) {
    super();
    this.weight = new Param(shape, init);
  }

  /** [n, d] */
  get rows(): Tensor2D {
    return this.weight.value as Tensor as Tensor2D;
  }

  override describe([b = 1]: Shape): Description {
    return { output: [b, ...this.weight.shape] };
  }
}

/** The whole picture: centre, width and height as shares. */
const wholePicture: Initializer = (_, shape) =>
  Float32Array.from({ length: shape[0]! * 4 }, (__, i) => (i % 4 < 2 ? 0.5 : 1));

/**
 * Sparse R-CNN: Sun et al. 2021, [arXiv:2011.12450](https://arxiv.org/abs/2011.12450). A fixed number of learned boxes and features is
 * refined stage by stage, each box by what lies in it. No anchors, no suppression of neighbours, no attention over the picture.
 * Parameters have detectron2's paths, but for those of the network under the pyramid, which has its own.
 */
export class SparseRcnn<C extends SparseRcnnConfig = SparseRcnnConfig> extends Module implements Detector {
  readonly family = "sparse-rcnn";
  override readonly headPaths: readonly string[];
  readonly config: C;
  readonly backbone: Fpn;
  readonly initProposalFeatures: ProposalTable;
  readonly initProposalBoxes: ProposalTable;
  readonly head: Head;

  /**
   * @param backbone any network that makes four maps: a ResNet, a Swin, a PVT, one's own.
   * @throws {ShapeError} if the width is not divisible by the heads.
   */
  constructor(config: C, backbone: PyramidBackbone) {
    super();
    const { proposals, width, stages } = config;
    this.config = { ...config };
    this.headPaths = Array.from({ length: stages }, (_, i) => `head.head_series.${i}.class_logits`);
    this.backbone = new Fpn(backbone, width);
    this.initProposalFeatures = new ProposalTable([proposals, width], normal(1));
    this.initProposalBoxes = new ProposalTable([proposals, 4], wholePicture);
    this.head = new Head(config);
  }

  /** What the last stage says of each proposal: [b, h, w, 3] -> logits [b, n, classes], boxes [b, n, 4]. */
  forward(images: Tensor4D, ctx: Context = {}, inputs: DetectorInputs = {}): Predictions {
    return tidy(() => this.refined(images, ctx, inputs).at(-1)!);
  }

  /** What every stage says, from the first on, for `setLoss`. */
  layers(images: Tensor4D, ctx: Context = {}, inputs: DetectorInputs = {}): Predictions[] {
    return tidy(() => this.refined(images, ctx, inputs));
  }

  /** The surest pairs of a proposal and a class: see `detections`. */
  async detect(images: Tensor4D, { sizes: frames, originals }: Pictures, ctx: Context = {}): Promise<Detections[]> {
    const { logits, boxes } = this.forward(images, ctx, { sizes: frames });
    try {
      return await detections({ logits, boxes }, originals);
    } finally {
      dispose([logits, boxes]);
    }
  }

  /** The set loss of all stages. @throws {TesseraError} for targets that cannot be, and for predictions with NaN. */
  loss(images: Tensor4D, targets: readonly Targets[], ctx: Context = {}, inputs: DetectorInputs = {}): Scalar {
    return tidy(() => setLoss(this.layers(images, ctx, inputs), targets, focalCornersCriterion));
  }

  private refined(images: Tensor4D, ctx: Context, inputs: DetectorInputs): PlainPredictions[] {
    const [b, height, width] = sizes(images, ["b", "h", "w", 3], "SparseRcnn") as [number, number, number];
    const { proposals: n } = this.config;
    const pyramid = joinMaps(this.backbone.forward(images, within(ctx, "backbone")), STRIDES);
    const frames = sidesOf(inputs.sizes, b, [height, width]);
    const pictures = tensor1d(Int32Array.from({ length: b * n }, (_, i) => Math.floor(i / n)), "int32"); // prettier-ignore
    let boxes: Tensor2D = reshape(mul(expandDims(cornersOf(this.initProposalBoxes.rows), 0), frames), [b * n, 4]);
    let proposals: Tensor3D = tile(expandDims(this.initProposalFeatures.rows, 0), [b, 1, 1]);
    return this.head.headSeries.map((stage, i) => {
      const refined = stage.forward(proposals, boxes, pyramid, pictures, within(ctx, `head.head_series.${i}`));
      proposals = refined.proposals;
      // The next stage takes its boxes as given.
      boxes = unrecorded(() => clone(refined.boxes));
      const shares = div<Tensor3D>(reshape(refined.boxes, [b, n, 4]), frames);
      return { logits: refined.logits, boxes: reshape(centresOf(reshape(shares, [b * n, 4])), [b, n, 4]) };
    });
  }

  /** The output is that of the classes. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1] = child(this.backbone, input);
    child(this.initProposalBoxes, input);
    return { output: child(this.head, [b, ...child(this.initProposalFeatures, input).slice(1)]) };
  }
}

/** As tfjs's `tidy` hands tensors on. */
type PlainPredictions = { logits: Tensor3D; boxes: Tensor3D };

/** Width, height, width, height of each picture. [b, 1, 4] @throws {ShapeError} if a picture is larger than its frame, or has no pixels. */
function sidesOf(given: PictureSizes | undefined, b: number, frame: readonly [number, number]): Tensor3D {
  const pictures = given ?? Array.from({ length: b }, () => frame);
  if (pictures.length !== b)
    throw new ShapeError(`SparseRcnn: expected the sizes of ${b} pictures, got ${pictures.length}`);
  const wrong = pictures.find((size) => size.some((side, axis) => !(side >= 1 && side <= frame[axis]!)));
  if (wrong)
    throw new ShapeError(
      `SparseRcnn: expected pictures of 1 to ${frame.join(" × ")} pixels in this frame, got ${wrong.join(" × ")}`,
    );
  return tensor(
    pictures.flatMap(([h, w]) => [w, h, w, h]),
    [b, 1, 4],
  );
}
