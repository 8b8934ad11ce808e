import type { Tensor2D } from "@tensorflow/tfjs-core";
import { type Context, type Description, Linear, Module, Random, type Shape, within } from "@tessera/core";

/** One linear layer under the path `head.fc`, or none. */
export class SwinHead extends Module {
  readonly width: number;
  fc: Linear | undefined;

  /** @param classes 0: no layer, `forward` gives what it is given. */
  constructor(width: number, classes: number) {
    super();
    this.width = width;
    this.fc = this.classifier(classes);
  }

  /** [b, d] -> [b, classes] */
  forward(pooled: Tensor2D, ctx: Context = {}): Tensor2D {
    return this.fc ? this.fc.forward(pooled, within(ctx, "fc")) : pooled;
  }

  /** A new layer, drawn as the model that has this head draws it by `init(seed)`. */
  reset(classes: number, seed: number | string): void {
    this.fc?.dispose();
    this.fc = this.classifier(classes);
    const random = new Random(seed);
    for (const [path, param] of this.params()) param.set(param.initializer(random.fork(`head.${path}`), param.shape));
  }

  private classifier(classes: number): Linear | undefined {
    return classes > 0 ? new Linear(this.width, classes) : undefined;
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.fc ? child(this.fc, input) : input };
  }
}
