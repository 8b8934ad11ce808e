import { type Tensor2D, type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import { type Context, Linear, Module, TesseraError, zeros } from "@tessera/core";

/** A head by itself, on features that were computed before. It begins as nothing, as in the ViT paper. */
export class FeatureHead extends Module {
  override readonly headPaths = ["head"];
  readonly head: Linear;

  constructor(width: number, classes: number) {
    super();
    this.head = new Linear(width, classes, { init: zeros });
  }

  /** [b, 1, 1, width] -> [b, classes] */
  forward(features: Tensor4D, ctx: Context = {}): Tensor2D {
    const { inputs } = this.head;
    return tidy(() => this.head.forward(reshape(features, [features.shape[0], inputs]) as Tensor2D, ctx));
  }

  /**
   * Gives its values to the head of a model, or to both heads of a distilled one, whose features are the mean of theirs.
   * @throws {TesseraError} if the model has no head of that size.
   */
  copyTo(model: Module): void {
    const params = model.params();
    const heads = model.headPaths.filter((path) => params.has(`${path}.weight`));
    if (heads.length === 0) {
      throw new TesseraError(`FeatureHead.copyTo: expected a model with a head, got ${model.constructor.name} without`);
    }
    for (const path of heads) {
      params.get(`${path}.weight`)!.set(this.head.weight.value);
      params.get(`${path}.bias`)?.set(this.head.bias!.value);
    }
  }
}
