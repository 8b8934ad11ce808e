// Trains a small ViT from scratch on pictures that are drawn here: stripes of any colours across, down or aslant. The same code
// runs in Node and in a page; `tessera train` does this for a folder of photographs.
import { Random } from "@tessera/core";
import { type RgbImage, datasetOf, evaluationBatches, split, timmPreprocessing, trainingBatches } from "@tessera/data";
import { type Evaluation, adamW, cosine, fit, memoryStore, paramGroups } from "@tessera/train";
import { Vit } from "@tessera/vit";

const side = 16;

/** How far along a kind of stripes a pixel lies. */
const kinds: Readonly<Record<string, (x: number, y: number) => number>> = {
  across: (_, y) => y,
  down: (x) => x,
  aslant: (x, y) => x + y,
};

/** Stripes of two colours, of any width and place. */
function stripes(kind: string, random: Random): RgbImage {
  const between = (from: number, to: number) => from + (to - from) * random.uniform();
  const [width, start] = [between(2, 3), between(0, 6)];
  const colours = [0, 1].map((bright) => [0, 1, 2].map(() => between(140 * bright, 110 + 145 * bright)));
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const along = kinds[kind]!(pixel % side, Math.floor(pixel / side));
    return colours[Math.floor((start + along) / width) % 2]![i % 3]!;
  });
  return { width: side, height: side, data };
}

/** Draws, trains, and says how well the drawings that were held back are told apart. */
export async function trainOnStripes({ pictures = 300, epochs = 8, seed = 0 } = {}): Promise<Evaluation> {
  const random = new Random(seed);
  const labels = Array.from({ length: pictures }, (_, i) => Object.keys(kinds)[i % 3]!);
  const all = await datasetOf(labels.map((label) => ({ image: stripes(label, random), label })));
  const [drawings, heldBack] = split(all, { fraction: 0.2 }, seed);

  const preprocessing = timmPreprocessing({ input_size: [3, side, side], crop_pct: 1 });
  using train = trainingBatches(drawings, { preprocessing, augmentation: { flip: "random" }, seed, workers: 0 });
  using validation = evaluationBatches(heldBack, { preprocessing, workers: 0 });

  using model = new Vit({ imageSize: side, patchSize: 4, width: 32, depth: 2, heads: 2, mlpDim: 64, classes: 3 });
  model.init(seed);
  const batchSize = 24;
  const steps = epochs * Math.floor(drawings.length / batchSize);
  const optimizer = adamW(model.params(), { groups: paramGroups(model, { weightDecay: 0.05 }) });
  const { evaluation } = await fit(model, train, {
    steps,
    batchSize,
    optimizer,
    rate: cosine({ rate: 3e-3, steps, warmupSteps: Math.floor(steps / 10) }),
    clipNorm: 1,
    seed,
    evaluation: { data: validation },
    checkpoints: { store: memoryStore() },
  });
  optimizer.dispose();
  return evaluation!;
}
