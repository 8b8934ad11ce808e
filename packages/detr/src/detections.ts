import { TesseraError } from "@tessera/core";
import { toCorners } from "./boxes/conversions.ts";
import { type Predictions, predictionSizes } from "./predictions.ts";

/** What was found in one picture: a class, a score and a box for each query, in their order. */
export interface Detections {
  labels: Int32Array;
  /** The best class's share of the softmax, "no object" among the classes. */
  scores: Float32Array;
  /** Corners in pixels of the picture, which they may lie outside of: rows of xmin, ymin, xmax, ymax. */
  boxes: Float64Array;
}

/**
 * What DETR's predictions say of pictures of these sizes: the best class of each query, "no object" left aside, and its box. Nothing
 * is left out and nothing clipped; without suppression of neighbours, which DETR does not need.
 *
 * @param sizes [height, width] of each picture, before it was resized.
 * @throws {ShapeError} if logits and boxes do not fit.
 * @throws {TesseraError} unless there is a size for each picture.
 */
export async function detections(
  predictions: Predictions,
  sizes: readonly (readonly [height: number, width: number])[],
): Promise<Detections[]> {
  const [b, q, classes] = predictionSizes(predictions, "detections");
  if (sizes.length !== b)
    throw new TesseraError(`detections: expected the sizes of ${b} pictures, got those of ${sizes.length}`);
  const [logits, boxes] = await Promise.all([predictions.logits.data(), predictions.boxes.data()]);
  return sizes.map(([height, width], picture) => {
    const labels = new Int32Array(q);
    const scores = new Float32Array(q);
    for (let i = 0; i < q; i++) {
      const start = (picture * q + i) * classes;
      [labels[i], scores[i]] = best(logits.subarray(start, start + classes) as Float32Array);
    }
    const corners = toCorners(boxes.subarray(picture * q * 4, (picture + 1) * q * 4));
    return { labels, scores, boxes: corners.map((value, at) => value * (at % 2 === 0 ? width : height)) };
  });
}

/** The best class but the last, and its share of the softmax of all. */
function best(logits: Float32Array): [label: number, score: number] {
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((a, b) => a + Math.exp(b - highest), 0);
  const objects = logits.subarray(0, -1);
  const label = objects.reduce((at, logit, i) => (logit > objects[at]! ? i : at), 0);
  return [label, Math.exp(objects[label]! - highest) / sum];
}
