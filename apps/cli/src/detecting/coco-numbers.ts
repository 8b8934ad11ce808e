import type { CocoScores, DetectionEvaluation } from "@tessera/train";

/** What COCO's evaluation calls its numbers, in its order. */
const numbers = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"] as const;

/** An evaluation as a document: COCO's twelve numbers by their names, and AP of each class. */
export function cocoNumbers({ images, objects, scores }: DetectionEvaluation, classes: readonly string[]) {
  const twelve = Object.fromEntries(numbers.map((name) => [name, scores[name]]));
  return {
    images,
    objects,
    ...(twelve as Pick<CocoScores, (typeof numbers)[number]>),
    classes: classes.map((name, i) => ({ name, AP: scores.byCategory[i]! })),
  };
}

/** The three that are looked at first. */
export function scoresLine({ AP, AP50, AP75 }: Pick<CocoScores, "AP" | "AP50" | "AP75">): string {
  return `AP ${percent(AP)}  AP50 ${percent(AP50)}  AP75 ${percent(AP75)}`;
}

/** COCO's −1 is of nothing that could be found. */
export function percent(share: number): string {
  return share < 0 ? "–" : `${(100 * share).toFixed(1)} %`;
}
