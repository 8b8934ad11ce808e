export { type HeadDistance, attentionDistance } from "./attention/attention-distance.ts";
export { type AttentionHeatmapOptions, attentionHeatmap } from "./attention/attention-heatmap.ts";
export {
  type AttentionMaps,
  type AttentionOptions,
  type BlockAttention,
  attentionMaps,
} from "./attention/attention-maps.ts";
export {
  type CompactAttention,
  type CompactHeatmapOptions,
  compactAttention,
  compactHeatmap,
} from "./attention/compact-attention.ts";
export {
  type WindowedBlock,
  type WindowedHeatmapOptions,
  windowedAttention,
  windowedHeatmap,
} from "./attention/windowed-attention.ts";
export type { Fusion } from "./attention/fuse-heads.ts";
export { type InnerAttentionOptions, innerAttention } from "./attention/inner-attention.ts";
export { type RelevanceOptions, gradientRollout, relevance } from "./attention/relevance.ts";
export { type RolloutOptions, attentionRollout } from "./attention/rollout.ts";
export { type GradCamOptions, gradCam } from "./attribution/grad-cam.ts";
export { type IntegratedGradientsOptions, integratedGradients, perPatch } from "./attribution/integrated-gradients.ts";
export { type OcclusionOptions, occlusion } from "./attribution/occlusion.ts";
export { type BarsOptions, bars } from "./draw/bars.ts";
export { type BesideColumn, beside } from "./draw/beside.ts";
export { type Colour, type ColourMap, opposing, turbo, viridis } from "./draw/colour-maps.ts";
export { type FeaturesReport, featuresPage } from "./draw/features-page.ts";
export { type MatrixOptions, matrixPicture } from "./draw/matrix-picture.ts";
export { type Frame, type OverlayOptions, type Picture, overlay } from "./draw/overlay.ts";
export { type Panel, type PanelOptions, panels } from "./draw/panels.ts";
export { type PlotOptions, type PlotSeries, plot } from "./draw/plot.ts";
export { type Grid, sampled } from "./draw/sampled.ts";
export { type ScatterOptions, type ScatteredPicture, scatter } from "./draw/scatter.ts";
export { type Report, type ReportFigure, type ReportMap, reportPage } from "./draw/report.ts";
export { type PatchFilter, patchFilters } from "./embedding/patch-filters.ts";
export { positionTable } from "./embedding/position-table.ts";
export { positionSimilarity } from "./embedding/position-similarity.ts";
export type { Explained, TokenLayout } from "./explained.ts";
export { type BlockChannels, type ChannelMapsOptions, channelMaps } from "./features/channel-maps.ts";
export { type TrajectoryPoint, classTokenTrajectory } from "./features/class-token-trajectory.ts";
export { type LensOptions, type LensView, logitLens } from "./features/logit-lens.ts";
export { type Neighbour, duplicateGroups, nearestNeighbours } from "./features/neighbours.ts";
export { type PrincipalComponents, principalComponents } from "./features/principal-components.ts";
export { type ProjectionOptions, projected } from "./features/projected.ts";
export { silhouette } from "./features/silhouette.ts";
export { type TokenComponents, tokenComponents } from "./features/token-components.ts";
export { type Seen, gradientsAt } from "./gradients-at.ts";
export { type Heatmap, normalized, peak } from "./heatmap.ts";
export type { Target } from "./target.ts";
export {
  type Curve,
  type CurveOptions,
  type RoadOptions,
  deletionCurve,
  insertionCurve,
  roadCurve,
} from "./trust/curves.ts";
export { type ImputationOptions, imputed } from "./trust/imputed.ts";
export { rankCorrelation } from "./trust/rank-correlation.ts";
export { type SanityOptions, sanityCheck } from "./trust/sanity-check.ts";
