// onnxruntime on the graph that onnx/vit.mjs writes: the same code for its packages for Node and for browsers.
import { vitOnnx } from "../onnx/vit.mjs";

/**
 * @param {typeof import("onnxruntime-common")} ort
 * @param {{ provider: string, int8?: boolean }} options
 * @returns {import("../contender.mjs").Kind}
 */
export const onnxruntimeKind =
  (ort, { provider, int8 = false }) =>
  async ({ model, batch, threads }) => {
    if (model.family !== "vit")
      throw new Error(`onnxruntime: expected a ViT, got ${model.name}; no graph of it is written`);
    const { model: file, output } = vitOnnx({ ...model, batch, int8 });
    const session = await ort.InferenceSession.create(file, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
    });
    const pixels = Float32Array.from({ length: batch * 3 * 224 * 224 }, Math.random);
    const image = new ort.Tensor("float32", pixels, [batch, 3, 224, 224]);
    return {
      async run() {
        const logits = /** @type {import("onnxruntime-common").Tensor} */ ((await session.run({ image }))[output]);
        if (!(/** @type {Float32Array} */ (logits.data).every(Number.isFinite)))
          throw new Error("onnxruntime: expected finite logits, got NaN or infinity");
      },
    };
  };
