import { createVit } from "@tessera/vit";
import { onnxruntimeNode } from "../contenders/peers.mjs";
import { vitOnnx } from "../onnx/vit.mjs";
import { normals } from "./arrays.mjs";
import { weightOf } from "./outcome.mjs";

/**
 * Logits of the model and the picture that `ofModel` takes, by onnxruntime on the CPU; undefined where it is not installed.
 * @param {import("../models.mjs").Model} model a ViT @returns {Promise<Float32Array | undefined>}
 */
export async function logitsOfOnnxruntime(model) {
  let ort;
  try {
    ort = onnxruntimeNode();
  } catch {
    return undefined;
  }
  const params = [...createVit(model.name, { depth: model.depth }).params()];
  const weights = new Map(
    params.map(([path, { shape }], i) => [
      path,
      /** @type {Float32Array} */ (weightOf(path, [...shape], i).dataSync()),
    ]),
  );
  const { model: file, output } = vitOnnx({ ...model, weights });
  const session = await ort.InferenceSession.create(file, { executionProviders: ["cpu"] });
  const next = normals(7);
  const pixels = Float32Array.from({ length: 224 * 224 * 3 }, next);
  const planes = Float32Array.from({ length: pixels.length }, (_, i) => pixels[(i % 224 ** 2) * 3 + Math.floor(i / 224 ** 2)]); // prettier-ignore
  const result = await session.run({ image: new ort.Tensor("float32", planes, [1, 3, 224, 224]) });
  return /** @type {Float32Array} */ (/** @type {import("onnxruntime-common").Tensor} */ (result[output]).data);
}
