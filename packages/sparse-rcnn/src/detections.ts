import {
  type Detections,
  type PictureSizes,
  type Predictions,
  checkOriginals,
  predictionSizes,
  toCorners,
} from "@tessera/detection";

/**
 * What the predictions say of pictures of these sizes: of all pairs of a proposal and a class the surest, as many as there are proposals,
 * by falling score; a box may come with several classes. Boxes are clipped to the picture, and those without area dropped. Without
 * suppression of neighbours, which Sparse R-CNN does not need.
 *
 * @param originals sizes of the pictures before they were resized.
 * @throws {ShapeError} if logits and boxes do not fit.
 * @throws {TesseraError} unless there is a size for each picture.
 */
export async function detections(predictions: Predictions, originals: PictureSizes): Promise<Detections[]> {
  const [b, n, classes] = predictionSizes(predictions, "detections");
  checkOriginals(originals, b, "detections");
  const [logits, boxes] = await Promise.all([predictions.logits.data(), predictions.boxes.data()]);
  return originals.map(([height, width], picture) => {
    const ofPicture = logits.subarray(picture * n * classes, (picture + 1) * n * classes);
    const corners = toCorners(boxes.subarray(picture * n * 4, (picture + 1) * n * 4));
    const boxOf = (pair: number) => {
      const at = 4 * Math.floor(pair / classes);
      return [width, height, width, height].map((side, k) => Math.min(Math.max(corners[at + k]! * side, 0), side));
    };
    const found = Array.from(ofPicture.keys())
      .sort((i, j) => ofPicture[j]! - ofPicture[i]! || i - j)
      .slice(0, n)
      .map((pair) => ({ pair, box: boxOf(pair) }))
      .filter(({ box: [left, top, right, bottom] }) => right! > left! && bottom! > top!);
    return {
      labels: Int32Array.from(found, ({ pair }) => pair % classes),
      scores: Float32Array.from(found, ({ pair }) => 1 / (1 + Math.exp(-ofPicture[pair]!))),
      boxes: Float64Array.from(found.flatMap(({ box }) => box)),
    };
  });
}
