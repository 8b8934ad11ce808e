// What every contender of ours runs.

/** @typedef {import("@tensorflow/tfjs-core").Tensor} Tensor */

/** @param {import("../models.mjs").Model} model with random weights, always the same */
export async function createModel(model) {
  if (model.family === "timm") return (await (await import("@tessera/pipeline")).createBackbone(model.name)).init(0);
  const { family, name, depth, imageSize, patchSize, mlpDim, classes } = model;
  if (family === "tnt") return (await import("@tessera/tnt")).createTnt(name, { depth }).init(0);
  const { createVit } = await import("@tessera/vit");
  return createVit(name, { depth, ...(imageSize && { imageSize, patchSize, mlpDim, classes }) }).init(0);
}

/**
 * A forward on random images; with `again`, repeated without the model's JavaScript, where the backend can.
 * @param {import("../models.mjs").Model} model @param {number} batch @param {{ again?: boolean }} [options]
 */
export async function prepareForward(model, batch, { again = false } = {}) {
  const { randomUniform } = await import("@tensorflow/tfjs-core");
  const made = await createModel(model);
  const side = model.imageSize ?? 224;
  const images = /** @type {import("@tensorflow/tfjs-core").Tensor4D} */ (
    randomUniform([batch, side, side, 3], -1, 1, "float32", 1)
  );
  if (!again) return () => made.forward(images);
  const { replayed, warmUp } = await import("@tessera/core");
  const forward = replayed(made, (/** @type {typeof images} */ x) => made.forward(x));
  await warmUp(forward, images);
  return () => forward(images);
}

/** Takes our kernels from the current backend, so that every op runs as its composed definition. */
export async function removeKernels() {
  const { getBackend, getKernelsForBackend, unregisterKernel } = await import("@tensorflow/tfjs-core");
  for (const { kernelName, backendName } of getKernelsForBackend(getBackend()))
    if (kernelName.startsWith("Tessera")) unregisterKernel(kernelName, backendName);
}

/** @param {Tensor} logits are read, checked and disposed of */
export async function readFinite(logits) {
  const values = await logits.data();
  logits.dispose();
  if (!values.every(Number.isFinite)) throw new Error("contender: expected finite logits, got NaN or infinity");
}
