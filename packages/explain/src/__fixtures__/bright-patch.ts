import { type Scalar, type Tensor4D, dispose, mean, tensor1d, tensor4d, variable, variableGrads, zerosLike } from "@tensorflow/tfjs-core";
import { Random, adamUpdate, softmaxCrossEntropy } from "@tessera/core";
import { SmallVit } from "./small-vit.ts";

const SIDE = 16;
const PATCH = 4;
const GRID = SIDE / PATCH;

/** Pictures of noise with one patch that is bright in red, green or blue, which is their class; and where it is. */
export function brightPatches(count: number, seed: number): { images: Tensor4D; labels: Int32Array; places: [number, number][] } {
  const random = new Random(seed);
  const pixels = new Float32Array(count * SIDE * SIDE * 3).map(() => 0.3 * random.normal());
  const labels = new Int32Array(count);
  const places = Array.from({ length: count }, (_, i): [number, number] => {
    const [label, row, column] = [3, GRID, GRID].map((n) => Math.floor(n * random.uniform())) as [number, number, number];
    labels[i] = label;
    for (let at = 0; at < PATCH * PATCH; at++) {
      const [y, x] = [row * PATCH + Math.floor(at / PATCH), column * PATCH + (at % PATCH)];
      pixels[((i * SIDE + y) * SIDE + x) * 3 + label]! += 2;
    }
    return [row, column];
  });
  return { images: tensor4d(pixels, [count, SIDE, SIDE, 3]), labels, places };
}

/** A small ViT that tells the colour of the bright patch, wherever it is. */
export async function trained(steps = 150): Promise<SmallVit> {
  const model = new SmallVit({ imageSize: SIDE, patchSize: PATCH, width: 24, depth: 2, heads: 2, classes: 3 }).init(1);
  const params = [...model.params().values()].map(({ value }) => value);
  const moments = params.map((param) => [variable(zerosLike(param)), variable(zerosLike(param))] as const);
  for (let step = 1; step <= steps; step++) {
    const { images, labels } = brightPatches(32, step);
    const targets = tensor1d(labels, "int32");
    const { value, grads } = variableGrads(
      () => mean(softmaxCrossEntropy(model.forward(images, { training: true }), targets)) as Scalar,
      params,
    );
    for (const [i, param] of params.entries())
      adamUpdate(param, grads[param.name]!, ...moments[i]!, { rate: 3e-3, step });
    dispose([value, images, targets, ...Object.values(grads)]);
  }
  for (const pair of moments) dispose([...pair]);
  return model;
}
