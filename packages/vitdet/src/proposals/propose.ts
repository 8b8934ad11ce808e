import { suppress } from "@tessera/detection";
import { clipped, movedBox, proposalRule } from "./moved-boxes.ts";

/** What one map says of one picture. */
export interface LevelScores {
  logits: ArrayLike<number>;
  deltas: ArrayLike<number>;
  anchors: Float64Array;
}

/** IoU above which the less sure of two regions of a map goes. */
const OVERLAP = 0.7;

/**
 * The regions of a picture that may hold an object, the surest first: of every map the best anchors, moved, cut to the picture, without those
 * that overlap a better one of their map. Ren et al. 2015, section 3.3, as detectron2 has it. Corners.
 */
export function propose(
  levels: readonly LevelScores[],
  frame: readonly [height: number, width: number],
  { candidates, proposals }: { candidates: number; proposals: number },
): Float64Array {
  const [boxes, scores, classes]: [number[], number[], number[]] = [[], [], []];
  for (const [level, { logits, deltas, anchors }] of levels.entries()) {
    const order = Array.from(logits, (_, i) => i).sort((i, j) => logits[j]! - logits[i]! || i - j);
    for (const anchor of order.slice(0, candidates)) {
      const box = clipped(movedBox(deltas, 4 * anchor, anchors, anchor, proposalRule), frame);
      if (!box || Number.isNaN(logits[anchor]!)) continue;
      boxes.push(...box);
      scores.push(logits[anchor]!);
      classes.push(level);
    }
  }
  const kept = suppress(boxes, scores, { threshold: OVERLAP, classes }).slice(0, proposals);
  return Float64Array.from(kept.flatMap((i) => boxes.slice(4 * i, 4 * i + 4)));
}
