import { tensor4d } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Detections, Detector } from "@tessera/detection";
import type { DetectionBatch, TrainingData } from "../data.ts";
import { eventLoopTurn } from "../fit/event-loop.ts";
import { type CocoScores, cocoScores } from "./coco/coco-scores.ts";
import type { CocoAnnotation, CocoDetection } from "./coco/match-image.ts";

/** How a detector does on a data set. */
export interface DetectionEvaluation {
  images: number;
  /** Things on them. */
  objects: number;
  /** COCO's twelve numbers, and AP by the class's place among the data's. */
  scores: CocoScores;
}

export interface EvaluateDetectorOptions {
  /** Pictures that are computed together, padded to the largest. @default 8 */
  batchSize?: number;
  /**
   * The data's class of each of the model's, −1 of those that the data do not have, whose findings are left out.
   * @default the model's classes are the data's
   */
  classOf?: readonly number[];
  /** Stops between two batches. */
  signal?: AbortSignal | undefined;
  /** Told after each batch. */
  onProgress?: (progress: { images: number; total: number }) => void;
}

/** What COCO counts of each picture and class. */
const MOST = 100;

/**
 * Judges a detector by COCO's rules: the best hundred findings of a picture.
 * @throws {TesseraError} if there are no images, or the model has other classes than the data.
 */
export async function evaluateDetector(
  model: Pick<Detector, "detect" | "config">,
  data: TrainingData<DetectionBatch>,
  options: EvaluateDetectorOptions = {},
): Promise<DetectionEvaluation> {
  const { batchSize = 8, signal, onProgress } = options;
  const { classOf = classesOf(model, data) } = options;
  const images: number[] = [];
  const annotations: CocoAnnotation[] = [];
  const detections: CocoDetection[] = [];
  for await (const batch of data.batches({ epoch: 0, batchSize, ...(signal && { signal }) })) {
    signal?.throwIfAborted();
    const { sizes, originals, shape, objects, indices } = batch;
    const pictures = tensor4d(batch.images, [...shape]);
    const found = await model.detect(pictures, { sizes, originals }).finally(() => pictures.dispose());
    for (const [i, image] of indices.entries()) {
      images.push(image);
      for (const { label, box, area, isCrowd } of objects[i]!)
        annotations.push({ image_id: image, category_id: label, bbox: box, area, iscrowd: isCrowd ? 1 : 0 });
      detections.push(...best(found[i]!, image, classOf));
    }
    onProgress?.({ images: images.length, total: data.length });
    await eventLoopTurn();
  }
  if (images.length === 0)
    throw new TesseraError("evaluateDetector: expected images, got none; does the split leave any?");
  const categories = data.classes.map((_, i) => i);
  const scores = cocoScores({ images, categories, annotations, detections });
  return { images: images.length, objects: annotations.length, scores };
}

function classesOf({ config }: Pick<Detector, "config">, { classes }: Pick<TrainingData, "classes">): number[] {
  if (config.classes === classes.length) return classes.map((_, i) => i);
  throw new TesseraError(
    `evaluateDetector: expected a detector of ${classes.length} classes, as the data have, got ${config.classes}; say by classOf which is which`,
  );
}

/** The findings of a picture that count, the surest first, as COCO has them. */
function best({ labels, scores, boxes }: Detections, image: number, classOf: readonly number[]): CocoDetection[] {
  const order = Array.from(labels, (_, i) => i).filter((i) => classOf[labels[i]!]! >= 0);
  order.sort((a, b) => scores[b]! - scores[a]!);
  return order.slice(0, MOST).map((i) => {
    const [left, top, right, bottom] = boxes.subarray(4 * i, 4 * i + 4) as Iterable<number> as [number, number, number, number]; // prettier-ignore
    return {
      image_id: image,
      category_id: classOf[labels[i]!]!,
      bbox: [left, top, right - left, bottom - top],
      score: scores[i]!,
    };
  });
}
