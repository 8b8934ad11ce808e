import type { Tensor3D } from "@tensorflow/tfjs-core";
import { sizes } from "@tessera/core";

/** What a detector says of each of its queries. */
export interface Predictions {
  /** Scores of the classes, before softmax or sigmoid; of DETR the last is "no object". [b, q, classes] */
  readonly logits: Tensor3D;
  /** Centre, width and height, as shares of the picture without its padding. [b, q, 4] */
  readonly boxes: Tensor3D;
}

/** [b, q, classes] @throws {ShapeError} unless there is a box for each row of logits. */
export function predictionSizes(
  { logits, boxes }: Predictions,
  where: string,
): [b: number, q: number, classes: number] {
  const [b, q, classes] = sizes(logits, ["b", "q", "classes"], `${where} logits`) as [number, number, number];
  sizes(boxes, [b, q, 4], `${where} boxes`);
  return [b, q, classes];
}
