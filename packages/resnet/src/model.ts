import { type Tensor2D, type Tensor4D, mean, tidy } from "@tensorflow/tfjs-core";
import {
  type Backbone,
  BatchNorm,
  type Context,
  Conv2d,
  type Description,
  Linear,
  Module,
  Random,
  type Shape,
  blockIndices,
  dropout,
  kaimingNormal,
  maxPool,
  output,
  torchUniform,
  within,
} from "@tessera/core";
import type { Block } from "./block.ts";
import type { ResNetConfig } from "./config.ts";
import { STEM_WIDTH, stagesOf } from "./stages.ts";

/** Places where features can be taken: after the stem's convolution, and after each stage. */
const LEVELS = 5;

/**
 * Deep residual network: He et al. 2016, in torchvision's form (steps in the 3 × 3 convolutions). Parameters have timm's paths
 * and shapes.
 */
export class ResNet extends Module implements Backbone {
  readonly family = "resnet";
  override readonly headPaths = ["fc"];
  readonly config: ResNetConfig;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm;
  readonly layer1: Block[];
  readonly layer2: Block[];
  readonly layer3: Block[];
  readonly layer4: Block[];
  fc: Linear | undefined;

  constructor(config: ResNetConfig) {
    super();
    this.config = { ...config };
    const { channels: inputs = 3, stem = "large", stemWidth: outputs = STEM_WIDTH, epsilon, frozenNorm } = config;
    const window = stem === "large" ? { size: 7, stride: 2, padding: 3 } : { size: 3, padding: 1 };
    this.conv1 = new Conv2d({ inputs, outputs, ...window, bias: false, init: kaimingNormal });
    this.bn1 = new BatchNorm(outputs, { epsilon, frozen: frozenNorm });
    [this.layer1, this.layer2, this.layer3, this.layer4] = stagesOf(config, outputs);
    this.fc = this.classifier(config.classes);
  }

  /** Class scores, before softmax: [b, h, w, c] -> [b, classes], or the pooled features of a model without classes. */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const pooled = this.pooled(images, ctx);
      const kept = dropout(pooled, this.config.dropout ?? 0, ctx);
      return output(ctx, this.fc ? this.fc.forward(kept, within(ctx, "fc")) : kept);
    });
  }

  /** Mean of the last stage over all places: [b, h, w, c] -> [b, d] */
  embed(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => this.pooled(images, ctx));
  }

  /**
   * What the stem's convolution gives, and each stage: five maps [b, h′, w′, c′], counted from 0.
   * @throws {ShapeError} if a level does not exist.
   */
  featureMaps(
    images: Tensor4D,
    levels: readonly number[] = Array.from({ length: LEVELS }, (_, level) => level),
    ctx: Context = {},
  ): Tensor4D[] {
    const wanted = blockIndices(levels, LEVELS, "ResNet.featureMaps");
    return tidy(() => {
      const maps = this.maps(images, ctx, Math.max(...wanted));
      return wanted.map((level) => maps[level]!);
    });
  }

  /** A new head for other classes, drawn as `init(seed)` draws it; 0 takes the head off. Everything else stays. */
  resetHead(classes: number, seed: number | string = 0): this {
    this.fc?.dispose();
    this.fc = this.classifier(classes);
    this.config.classes = classes;
    const random = new Random(seed);
    for (const [path, param] of this.params())
      if (path.startsWith("fc.")) param.set(param.initializer(random.fork(path), param.shape));
    return this;
  }

  private get stages(): Block[][] {
    return [this.layer1, this.layer2, this.layer3, this.layer4];
  }

  private classifier(classes: number): Linear | undefined {
    const width = this.layer4.at(-1)!.outputs;
    return classes > 0 ? new Linear(width, classes, { init: torchUniform(width) }) : undefined;
  }

  private pooled(images: Tensor4D, ctx: Context): Tensor2D {
    const last = this.maps(images, ctx, LEVELS - 1).at(-1)!;
    const pooled = mean(last, [1, 2]) as Tensor2D;
    return output(within(ctx, "global_pool"), pooled);
  }

  /** Maps up to a level. */
  private maps(images: Tensor4D, ctx: Context, last: number): Tensor4D[] {
    const sums = this.conv1.forward(images, within(ctx, "conv1"));
    const maps = [this.bn1.forward(sums, within(ctx, "bn1"), "relu")];
    let x = maps[0]!;
    if (last > 0 && this.config.stem !== "small")
      x = output(within(ctx, "maxpool"), maxPool(x, { size: 3, stride: 2, padding: 1 }));
    for (const [i, blocks] of this.stages.slice(0, last).entries()) {
      const path = `layer${i + 1}`;
      for (const [j, block] of blocks.entries()) x = block.forward(x, within(ctx, `${path}.${j}`));
      maps.push(output(within(ctx, path), x));
    }
    return maps;
  }

  /** Rates by layer: the stem, each block, the head. */
  override layerOf(path: string): number {
    const [, stage, block] = /^layer(\d)\.(\d+)\./.exec(path) ?? [];
    const before = (count: number) => this.stages.slice(0, count).reduce((sum, blocks) => sum + blocks.length, 0);
    if (stage === undefined) return path.startsWith("fc.") ? before(4) + 1 : 0;
    return before(Number(stage) - 1) + Number(block) + 1;
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    let shape = child(this.bn1, child(this.conv1, input));
    if (this.config.stem !== "small") shape = halved(shape);
    for (const block of this.stages.flat()) shape = child(block, shape);
    const pooled: Shape = [shape[0]!, shape[3]!];
    return { output: this.fc ? child(this.fc, pooled) : pooled };
  }
}

/** What the stem's pooling leaves. */
function halved([b = 1, h = 1, w = 1, c = 1]: Shape): Shape {
  return [b, Math.ceil(h / 2), Math.ceil(w / 2), c];
}
