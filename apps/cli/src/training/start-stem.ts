import { type Backbone, type Shape, TesseraError } from "@tessera/core";
import { loadTrained } from "./load-trained.ts";

const STEM = "patch_embed.";

/**
 * Starts a model's stem with the convolutions that another has learnt: its filters, norms and running statistics, found by the
 * paths that they have there, be they the first layers of a network of convolutions or the stem of another transformer. What
 * brings them to this model's width stays as it is.
 *
 * @param spec A run of `tessera train`, or anything that `--model` takes elsewhere.
 * @throws {TesseraError} if the model has no stem of convolutions, or the other does not begin like it.
 */
export async function startStem(model: Backbone, spec: string, signal: AbortSignal): Promise<void> {
  const wanted = [...model.state()].filter(([path]) => path.startsWith(STEM) && !path.startsWith(`${STEM}proj.`));
  if (wanted.length === 0) {
    throw new TesseraError(
      "--stem: expected a model with a stem of convolutions, got one of patches; try --model vit_whitened_stem_32",
    );
  }
  const { model: other, name } = await loadTrained({ model: spec }, signal);
  try {
    const state = other.state();
    for (const [path, param] of wanted) {
      const found = state.get(path) ?? state.get(path.slice(STEM.length));
      const shape = found && shapeText(found.shape);
      if (shape !== shapeText(param.shape)) {
        throw new TesseraError(
          `--stem: expected ${name} to begin with ${path.slice(STEM.length)} of ${shapeText(param.shape)}, got ${shape ?? "none"}; the stem's widths are --arg stem`,
        );
      }
      param.set((await found!.value.data()) as Float32Array);
    }
  } finally {
    other.dispose();
  }
}

const shapeText = (shape: Shape) => `[${shape.join(", ")}]`;
