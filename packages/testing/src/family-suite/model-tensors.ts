import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type Backbone, type StoredTensor, pair } from "@tessera/core";
import { seeded } from "../seeded.ts";
import type { FamilyCase } from "./family-case.ts";

/** A small model of a kind, with three classes if it has a head. */
export function smallModel<M extends Backbone>({ family, small }: FamilyCase<M>, kind: string): M {
  const classes = family.variants[kind]!.classes && 3;
  return family.create(kind, { ...small, classes }).init(1);
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
