/** A box as COCO writes it, in pixels. */
export type CocoBox = readonly [x: number, y: number, width: number, height: number];

/** An object that is there. */
export interface CocoAnnotation {
  image_id: number | string;
  category_id: number;
  bbox: CocoBox;
  /** Pixels of the object, by which small and large are told apart: of its outline, where that is known. */
  area: number;
  /** 1 for a crowd: what is found in it counts neither for nor against. @default 0 */
  iscrowd?: 0 | 1;
}

/** An object that was found. */
export interface CocoDetection {
  image_id: number | string;
  category_id: number;
  bbox: CocoBox;
  score: number;
}

/** Detections of one class on one picture, best first, and what became of them at each threshold. */
export interface ImageMatches {
  scores: number[];
  /** Whether it is one of the objects: [thresholds][detections] */
  hits: boolean[][];
  /** Whether it counts neither for nor against. [thresholds][detections] */
  ignored: boolean[][];
  /** Objects that are to be found. */
  objects: number;
}

/** Smallest and largest area, both included. */
export type AreaRange = readonly [least: number, most: number];

/**
 * Matches detections with objects as COCO's evaluation does: the best detection first takes the object that it overlaps most, at least by
 * the threshold, and rather one that counts. Of equal overlaps the last object. Crowds, and objects of other sizes than asked, count for
 * nobody, nor do detections of other sizes that hit nothing.
 *
 * @param detections of which the best `most` count.
 */
export function matchImage(
  annotations: readonly CocoAnnotation[],
  detections: readonly CocoDetection[],
  thresholds: readonly number[],
  [least, largest]: AreaRange,
  most: number,
): ImageMatches {
  const isOutside = (area: number) => area < least || area > largest;
  const isIgnored = (one: CocoAnnotation) => one.iscrowd === 1 || isOutside(one.area);
  const objects = [...annotations.filter((one) => !isIgnored(one)), ...annotations.filter(isIgnored)].map((one) => ({
    one,
    ignored: isIgnored(one),
  }));
  const found = [...detections].sort((a, b) => b.score - a.score).slice(0, most);
  const overlaps = found.map(({ bbox }) => objects.map(({ one }) => overlap(bbox, one.bbox, one.iscrowd === 1)));
  const matches: ImageMatches = {
    scores: found.map(({ score }) => score),
    hits: [],
    ignored: [],
    objects: objects.filter(({ ignored }) => !ignored).length,
  };
  for (const threshold of thresholds) {
    const taken = new Set<number>();
    const [hits, ignored]: [boolean[], boolean[]] = [[], []];
    for (const [i, { bbox }] of found.entries()) {
      let [best, match] = [Math.min(threshold, 1 - 1e-10), -1];
      for (const [j, { one, ignored: isPassedOver }] of objects.entries()) {
        if (taken.has(j) && one.iscrowd !== 1) continue;
        // Objects that count come first: one that does is not given up for one that does not.
        if (match >= 0 && !objects[match]!.ignored && isPassedOver) break;
        if (overlaps[i]![j]! >= best) [best, match] = [overlaps[i]![j]!, j];
      }
      if (match >= 0) taken.add(match);
      hits.push(match >= 0);
      ignored.push(match >= 0 ? objects[match]!.ignored : isOutside(bbox[2] * bbox[3]));
    }
    matches.hits.push(hits);
    matches.ignored.push(ignored);
  }
  return matches;
}

/** IoU, or with a crowd the share of the found box that lies in it. */
function overlap([x, y, w, h]: CocoBox, [ox, oy, ow, oh]: CocoBox, isCrowd: boolean): number {
  const across = Math.min(x + w, ox + ow) - Math.max(x, ox);
  const down = Math.min(y + h, oy + oh) - Math.max(y, oy);
  if (across <= 0 || down <= 0) return 0;
  const common = across * down;
  return common / (isCrowd ? w * h : w * h + ow * oh - common);
}
