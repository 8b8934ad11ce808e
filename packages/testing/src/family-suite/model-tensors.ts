import { type Tensor4D, add, tidy } from "@tensorflow/tfjs-core";
import { type Backbone, type StoredTensor, pair } from "@tessera/core";
import { seeded } from "../seeded.ts";
import type { FamilyCase } from "./family-case.ts";

/** A small model of a kind, with three classes if it has a head, and no vector of zeros that hides what lies behind it. */
export function smallModel<M extends Backbone>({ family, small }: FamilyCase<M>, kind: string): M {
  const classes = family.variants[kind]!.classes && 3;
  const model = family.create(kind, { ...small, classes }).init(1);
  const random = seeded(2);
  for (const { shape, value } of model.params().values()) {
    if (shape.length === 1) tidy(() => value.assign(add(value, random.normals([...shape], 0.1))));
  }
  return model;
}

/** A model's parameters, as a checkpoint in memory holds them. */
export function tensorsOf(model: Backbone): Record<string, StoredTensor> {
  return Object.fromEntries(
    [...model.state()].map(([path, param]): [string, StoredTensor] => [
      path,
      { dtype: "F32", shape: param.shape, read: async () => Float32Array.from(await param.value.data<"float32">()) },
    ]),
  );
}

/** Two pictures of noise, of a model's native size. */
export function testImages({ config: { imageSize, channels = 3 } }: Backbone): Tensor4D {
  return seeded(7).normals([2, ...pair(imageSize), channels]) as Tensor4D;
}
