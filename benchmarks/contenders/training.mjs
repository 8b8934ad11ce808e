// Training steps of our models: forward, backward, gradients clipped to a length of 1, AdamW.
import { cast, oneHot, randomUniform, tensor1d } from "@tensorflow/tfjs-core";
import { useBackend } from "@tessera/backends";
import { adamW, clipFactor, crossEntropy, globalNorm, gradientsOf, paramGroups } from "@tessera/train";
import { createModel } from "./model.mjs";

/** @typedef {import("../contender.mjs").Kind} Kind */

/**
 * @param {"f32" | "bf16"} precision
 * @returns {Kind}
 */
const native =
  (precision) =>
  async ({ model, batch, threads }) => {
    const { configureNative } = await import("@tessera/native");
    await useBackend("native");
    configureNative({ precision, threads });
    const made = await createModel(model);
    const [params, side, classes] = [made.params(), model.imageSize ?? 224, model.classes ?? 1000];
    const images = /** @type {import("@tensorflow/tfjs-core").Tensor4D} */ (
      randomUniform([batch, side, side, 3], -1, 1, "float32", 1)
    );
    const labels = tensor1d(Int32Array.from({ length: batch }, (_, i) => i % classes), "int32"); // prettier-ignore
    const targets = /** @type {import("@tensorflow/tfjs-core").Tensor2D} */ (cast(oneHot(labels, classes), "float32"));
    const loss = crossEntropy();
    const optimizer = adamW(params, { groups: paramGroups(made, { weightDecay: 0.05 }) });
    return {
      async run() {
        const { value, gradients } = gradientsOf(params, () => loss(made.forward(images, { training: true }), targets));
        const norm = globalNorm(gradients);
        const [[length = 0], [cost = 0]] = await Promise.all([norm.data(), value.data()]);
        if (!Number.isFinite(cost)) throw new Error("contender: expected a finite loss, got NaN or infinity");
        optimizer.step(gradients, 1e-4, { scale: clipFactor(length, 1) });
        for (const tensor of [value, norm, ...gradients.values()]) tensor.dispose();
      },
    };
  };

/** @type {Record<string, Kind>} */
export const trainingKinds = { "native-train-f32": native("f32"), "native-train-bf16": native("bf16") };
