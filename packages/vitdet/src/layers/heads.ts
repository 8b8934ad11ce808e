import { type Tensor2D, type Tensor3D, type Tensor4D, relu, reshape, tidy, transpose } from "@tensorflow/tfjs-core";
import { type Context, Conv2d, type Description, Linear, Module, type Shape, normal, output, within, zeros } from "@tessera/core"; // prettier-ignore
import type { VitDetConfig } from "../config.ts";
import { ANCHORS } from "../proposals/anchors.ts";
import { NormedConv } from "./convolutions.ts";

/** Places of a region along each side. */
export const SIZE = 7;

/** What a map says of its anchors, the anchors of a place beside each other. */
export type Objectness = {
  /** Before the sigmoid. [b, anchors] */
  logits: Tensor2D;
  /** [b, anchors, 4] */
  deltas: Tensor3D;
};

class Convolutions extends Module {
  readonly conv0: Conv2d;
  readonly conv1: Conv2d;

  constructor(channels: number) {
    super();
    const how = { inputs: channels, outputs: channels, size: 3, padding: 1, init: normal(0.01), biasInit: zeros };
    [this.conv0, this.conv1] = [new Conv2d(how), new Conv2d(how)];
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.conv1, child(this.conv0, input)) };
  }
}

/** Says of every anchor whether it is about an object, and how to move it: Ren et al. 2015, section 3.1; one for all maps. */
class RpnHead extends Module {
  readonly conv: Convolutions;
  readonly objectnessLogits: Conv2d;
  readonly anchorDeltas: Conv2d;

  constructor(channels: number) {
    super();
    const how = { inputs: channels, size: 1, init: normal(0.01), biasInit: zeros };
    this.conv = new Convolutions(channels);
    this.objectnessLogits = new Conv2d({ ...how, outputs: ANCHORS });
    this.anchorDeltas = new Conv2d({ ...how, outputs: 4 * ANCHORS });
  }

  /** [b, h, w, c] -> logits [b, h·w·3], deltas [b, h·w·3, 4] */
  forward(map: Tensor4D, ctx: Context = {}): Objectness {
    const b = map.shape[0];
    return tidy(() => {
      const { conv0, conv1 } = this.conv;
      const first = conv0.forward(map, within(ctx, "conv.conv0"), "relu");
      const seen = conv1.forward(first, within(ctx, "conv.conv1"), "relu");
      return {
        logits: reshape(this.objectnessLogits.forward(seen, within(ctx, "objectness_logits")), [b, -1]) as Tensor2D,
        deltas: reshape(this.anchorDeltas.forward(seen, within(ctx, "anchor_deltas")), [b, -1, 4]) as Tensor3D,
      };
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const seen = child(this.conv, input);
    child(this.anchorDeltas, seen);
    return { output: child(this.objectnessLogits, seen) };
  }
}

/** A region as one vector: four convolutions with norms and ReLUs, then a layer. */
class BoxHead extends Module {
  readonly conv1: NormedConv;
  readonly conv2: NormedConv;
  readonly conv3: NormedConv;
  readonly conv4: NormedConv;
  readonly fc1: Linear;

  constructor(channels: number, size: number, width: number) {
    super();
    const conv = () => new NormedConv(channels, channels, 3);
    [this.conv1, this.conv2, this.conv3, this.conv4] = [conv(), conv(), conv(), conv()];
    this.fc1 = new Linear(channels * size * size, width);
  }

  /** [r, size, size, c] -> [r, width] */
  forward(regions: Tensor4D, ctx: Context = {}): Tensor2D {
    const [r, rows, columns, c] = regions.shape;
    return tidy(() => {
      const seen = this.convolutions.reduce(
        (x, conv, i) => relu(conv.forward(x, within(ctx, `conv${i + 1}`))),
        regions,
      );
      // Checkpoints have the channels before the places.
      const flat: Tensor2D = reshape(transpose(seen, [0, 3, 1, 2]), [r, c * rows * columns]);
      return output(ctx, relu(this.fc1.forward(flat, within(ctx, "fc1"))));
    });
  }

  private get convolutions(): readonly NormedConv[] {
    return [this.conv1, this.conv2, this.conv3, this.conv4];
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [r = 1, ...rest] = this.convolutions.reduce((shape, conv) => child(conv, shape), input);
    return { output: child(this.fc1, [r, rest.reduce((a, b) => a * b, 1)]) };
  }
}

/** Classes of a region, "no object" the last, and a box for each kind of object. */
class BoxPredictor extends Module {
  readonly clsScore: Linear;
  readonly bboxPred: Linear;

  constructor(width: number, classes: number) {
    super();
    this.clsScore = new Linear(width, classes + 1, { init: normal(0.01) });
    this.bboxPred = new Linear(width, 4 * classes, { init: normal(0.001) });
  }

  /** [r, width] -> scores [r, classes + 1], deltas [r, 4 · classes] */
  forward(x: Tensor2D, ctx: Context = {}): { scores: Tensor2D; deltas: Tensor2D } {
    return {
      scores: this.clsScore.forward(x, within(ctx, "cls_score")),
      deltas: this.bboxPred.forward(x, within(ctx, "bbox_pred")),
    };
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    child(this.bboxPred, input);
    return { output: child(this.clsScore, input) };
  }
}

/** Parts under the name that checkpoints have for them. */
export class ProposalGenerator extends Module {
  readonly rpnHead: RpnHead;

  constructor(channels: number) {
    super();
    this.rpnHead = new RpnHead(channels);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.rpnHead, input) };
  }
}

/** Parts under the name that checkpoints have for them. */
export class RoiHeads extends Module {
  readonly boxHead: BoxHead;
  readonly boxPredictor: BoxPredictor;

  constructor({ channels, regionWidth, classes }: VitDetConfig) {
    super();
    this.boxHead = new BoxHead(channels, SIZE, regionWidth);
    this.boxPredictor = new BoxPredictor(regionWidth, classes);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.boxPredictor, child(this.boxHead, input)) };
  }
}
