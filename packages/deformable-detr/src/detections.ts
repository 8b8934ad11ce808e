import { type Detections, type PictureSizes, type Predictions, checkOriginals, predictionSizes, toCorners } from "@tessera/detection"; // prettier-ignore

/**
 * What the predictions say of pictures of these sizes: of all pairs of a query and a class the surest, by falling score, so that a box may
 * come with several classes. Nothing is clipped; without suppression of neighbours, which Deformable DETR does not need.
 *
 * @param originals sizes of the pictures before they were resized.
 * @param most pairs of a picture.
 * @throws {ShapeError} if logits and boxes do not fit.
 * @throws {TesseraError} unless there is a size for each picture.
 */
export async function detections(predictions: Predictions, originals: PictureSizes, most = 100): Promise<Detections[]> {
  const [b, q, classes] = predictionSizes(predictions, "detections");
  checkOriginals(originals, b, "detections");
  const [logits, boxes] = await Promise.all([predictions.logits.data(), predictions.boxes.data()]);
  return originals.map(([height, width], picture) => {
    const ofPicture = logits.subarray(picture * q * classes, (picture + 1) * q * classes);
    const corners = toCorners(boxes.subarray(picture * q * 4, (picture + 1) * q * 4));
    const pairs = Array.from(ofPicture.keys())
      .sort((i, j) => ofPicture[j]! - ofPicture[i]! || i - j)
      .slice(0, most);
    return {
      labels: Int32Array.from(pairs, (pair) => pair % classes),
      scores: Float32Array.from(pairs, (pair) => 1 / (1 + Math.exp(-ofPicture[pair]!))),
      boxes: Float64Array.from(
        pairs.flatMap((pair) => {
          const at = 4 * Math.floor(pair / classes);
          return [width, height, width, height].map((side, k) => corners[at + k]! * side);
        }),
      ),
    };
  });
}
