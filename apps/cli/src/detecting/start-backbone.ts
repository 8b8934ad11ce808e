import { type Module, type Shape, TesseraError } from "@tessera/core";
import { loadTrained } from "../training/load-trained.ts";

/**
 * Starts a detector's backbone with what a classifier has learnt: every tensor of it but its head's, found in the detector by the path
 * that it ends with. Published recipes begin so, with ImageNet's.
 *
 * @param spec A run of `tessera train`, or anything that `--model` takes where classifiers are used.
 * @throws {TesseraError} if the detector's backbone is another network.
 */
export async function startBackbone(detector: Module, spec: string, signal: AbortSignal): Promise<void> {
  const { model, name } = await loadTrained({ model: spec }, signal);
  try {
    const isHead = (path: string) => model.headPaths.some((head) => path.startsWith(`${head}.`));
    const learnt = [...model.state()].filter(([path]) => !isHead(path));
    // The shortest: `conv1.weight` is the end of every block's, too.
    const own = [...detector.state()].sort(([a], [b]) => a.length - b.length);
    const pairs = learnt.map(([path, from]) => {
      const to = own.find(([whole]) => whole.startsWith("backbone.") && whole.endsWith(`.${path}`))?.[1];
      if (!to || shapeText(to.shape) !== shapeText(from.shape))
        throw new TesseraError(
          `--backbone: expected ${name} to be the detector's backbone, got ${path} of ${shapeText(from.shape)} for ${to ? shapeText(to.shape) : "none"}; --arg backbone says what that is`,
        );
      return [from, to] as const;
    });
    for (const [from, to] of pairs) to.set((await from.value.data()) as Float32Array);
  } finally {
    model.dispose();
  }
}

const shapeText = (shape: Shape) => `[${shape.join(", ")}]`;
