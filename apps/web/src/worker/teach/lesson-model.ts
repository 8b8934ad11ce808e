import { type Rank, type Tensor2D, type Tensor4D, reshape, tensor, tidy } from "@tensorflow/tfjs-core";
import { type Backbone, type Context, Module } from "@tessera/core";
import { FeatureHead, type Lora, addLora } from "@tessera/train";
import type { Lesson } from "../lessons.ts";

/** A model under a head of its own; the model's, which knows other classes, is not asked. */
export class Taught extends Module {
  override readonly headPaths = ["head"];
  readonly model: Backbone;
  readonly head: FeatureHead;

  constructor(model: Backbone, head: FeatureHead) {
    super();
    this.model = model;
    this.head = head;
  }

  /** [b, h, w, c] -> [b, classes] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const features = this.model.embed(images, ctx);
      const [b, width] = features.shape;
      return this.head.forward(reshape<Rank.R4>(features, [b, 1, 1, width]), ctx);
    });
  }
}

/** The head that a lesson has taught; the caller disposes of it. */
export function headOf({ head, classes }: Lesson): FeatureHead {
  const taught = new FeatureHead(head.width, classes.length).init(0);
  taught.head.weight.set(head.weight);
  taught.head.bias!.set(head.bias);
  return taught;
}

/** Puts a lesson's low-rank parts beside the model's weights, if it has any. */
export function addParts(model: Backbone, { parts }: Lesson): Lora | undefined {
  if (!parts) return undefined;
  const lora = addLora(model, { head: false });
  const state = new Map([...parts].map(([path, { values, shape }]) => [path, tensor(values, [...shape])]));
  try {
    lora.restore(state);
  } finally {
    for (const part of state.values()) part.dispose();
  }
  return lora;
}
