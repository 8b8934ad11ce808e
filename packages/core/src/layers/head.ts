import { type Tensor2D, tidy } from "@tensorflow/tfjs-core";
import { type Context, within } from "../context.ts";
import type { Initializer } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { Random } from "../random.ts";
import type { Shape } from "../shape.ts";
import { Linear } from "./linear.ts";
import { averageHeads } from "./pooling.ts";
import { PreLogits } from "./pre-logits.ts";

export interface HeadConfig {
  /** Of a token. */
  width: number;
  /** 0: no classifier, `forward` gives what it is given. */
  classes: number;
  /** DeiT's second classifier, for the distillation token. @default false */
  distilled?: boolean;
  /** A layer of the same width with tanh before the classifier: the original ImageNet-21k checkpoints. @default false */
  preLogits?: boolean;
  /** How weights start. */
  init?: Initializer;
}

/** From pooled vectors to class scores: one linear layer, or DeiT's two. */
export class Head extends Module {
  override readonly flatten = true;
  override readonly headPaths = ["head", "head_dist"];
  readonly config: Omit<HeadConfig, "classes">;
  readonly preLogits: PreLogits | undefined;
  /** Undefined without classes. */
  head: Linear | undefined;
  headDist: Linear | undefined;

  constructor({ classes, ...config }: HeadConfig) {
    super();
    const { width, preLogits = false, init } = config;
    this.config = config;
    this.preLogits = preLogits ? new PreLogits(width, init) : undefined;
    [this.head, this.headDist] = this.classifiers(classes);
  }

  /**
   * The vector of each head -> [b, classes]. DeiT averages the scores of its two heads, not their probabilities.
   */
  forward(pooled: readonly Tensor2D[], ctx: Context = {}): Tensor2D {
    return tidy(() => averageHeads(this.each(pooled, ctx)));
  }

  /** Scores of each head apart, as distillation trains them: [b, d] each -> [b, classes] each */
  each(pooled: readonly Tensor2D[], ctx: Context = {}): Tensor2D[] {
    const parts = [
      { name: "head", classifier: this.head },
      { name: "head_dist", classifier: this.headDist },
    ];
    return tidy(() =>
      pooled.map((vector, index) => {
        const { name, classifier } = parts[index]!;
        const x = this.preLogits ? this.preLogits.forward(vector, within(ctx, "pre_logits")) : vector;
        return classifier ? classifier.forward(x, within(ctx, name)) : x;
      }),
    );
  }

  /** New classifiers, drawn as a model that has this head draws them by `init(seed)`; 0 takes them off. */
  reset(classes: number, seed: number | string = 0): void {
    this.head?.dispose();
    this.headDist?.dispose();
    [this.head, this.headDist] = this.classifiers(classes);
    const random = new Random(seed);
    for (const [path, param] of this.params()) {
      const isNew = this.headPaths.some((head) => path.startsWith(`${head}.`));
      if (isNew) param.set(param.initializer(random.fork(path), param.shape));
    }
  }

  private classifiers(classes: number): [Linear | undefined, Linear | undefined] {
    const { width, distilled = false, init } = this.config;
    const make = () => (classes > 0 ? new Linear(width, classes, { init }) : undefined);
    return [make(), distilled ? make() : undefined];
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    let output = input;
    for (const part of [this.preLogits, this.head]) if (part) output = child(part, output);
    if (this.headDist) child(this.headDist, input);
    return { output };
  }
}
