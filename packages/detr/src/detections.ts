import { type Detections, type PictureSizes, type Predictions, checkOriginals, predictionSizes, toCorners } from "@tessera/detection"; // prettier-ignore

/**
 * What DETR's predictions say of pictures of these sizes: the best class of each query, "no object" left aside, its share of the softmax,
 * "no object" among the classes, and its box, in the queries' order. Nothing is left out and nothing clipped; without suppression of
 * neighbours, which DETR does not need.
 *
 * @param originals sizes of the pictures before they were resized.
 * @throws {ShapeError} if logits and boxes do not fit.
 * @throws {TesseraError} unless there is a size for each picture.
 */
export async function detections(predictions: Predictions, originals: PictureSizes): Promise<Detections[]> {
  const [b, q, classes] = predictionSizes(predictions, "detections");
  checkOriginals(originals, b, "detections");
  const [logits, boxes] = await Promise.all([predictions.logits.data(), predictions.boxes.data()]);
  return originals.map(([height, width], picture) => {
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
