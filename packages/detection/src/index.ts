export { type Boxes, toCentres, toCorners } from "./boxes/conversions.ts";
export { type DeltaRule, applyDeltas } from "./boxes/deltas.ts";
export { giou, iou } from "./boxes/overlap.ts";
export { type SuppressOptions, suppress } from "./boxes/suppress.ts";
export { centresOf, cornersOf } from "./boxes/tensors.ts";
export { type Detections, checkOriginals } from "./detections.ts";
export type { DetectorFamily, DetectorPixels, PretrainedDetector } from "./detector-family.ts";
export type { Detector, DetectorInputs } from "./detector.ts";
export { focalLoss } from "./losses/focal-loss.ts";
export { giouOfPairs } from "./losses/giou-of-pairs.ts";
export { type SetLosses, setLoss, setLosses } from "./losses/set-loss.ts";
export { type Assignment, assignment } from "./matching/assignment.ts";
export {
  type Criterion,
  type Parts,
  detrCriterion,
  focalCornersCriterion,
  focalCriterion,
} from "./matching/criterion.ts";
export { type Match, matchQueries } from "./matching/match-queries.ts";
export { type Targets, checkTargets } from "./matching/targets.ts";
export type { PictureSizes, Pictures } from "./pictures.ts";
export { type Predictions, predictionSizes } from "./predictions.ts";
export { type LevelRule, type PoolOptions, levelsOf, poolRegions } from "./regions/pool-regions.ts";
export { type Pyramid, joinMaps } from "./regions/pyramid.ts";
