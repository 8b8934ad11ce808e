export type { Backbone, BackboneConfig } from "./backbone.ts";
export { blockIndices } from "./block-indices.ts";
export { capture } from "./capture.ts";
export type { Checkpoint, StoredTensor, TensorValues } from "./checkpoint.ts";
export { type Capture, type Context, output, randomOf, within } from "./context.ts";
export { type ErrorCode, FormatError, ShapeError, TesseraError } from "./errors.ts";
export { type Failure, errorOf, failureOf } from "./failure.ts";
export type { Family } from "./family/family.ts";
export { type FeatureInfo, blockFeatures } from "./family/feature-info.ts";
export { activationForHuggingFace, activationFromHuggingFace } from "./family/hugging-face-activation.ts";
export type { HuggingFaceFormat } from "./family/hugging-face-format.ts";
export {
  type LabelSpace,
  type Pretrained,
  type PretrainedEntry,
  classCounts,
  publishedByTimm,
} from "./family/pretrained.ts";
export type { TimmArgument } from "./family/timm-arguments.ts";
export * as timmArguments from "./family/timm-arguments.ts";
export type { TimmFormat, TimmModel, WrittenTimmModel } from "./family/timm-format.ts";
export { type Variant, variantConfig } from "./family/variant.ts";
export {
  type Initializer,
  constant,
  fans,
  kaimingNormal,
  lecunNormal,
  normal,
  ones,
  torchUniform,
  truncNormal,
  truncNormalTf,
  uniform,
  xavierUniform,
  xavierUniformQkv,
  zeros,
} from "./init/initializers.ts";
export { initFromImages, takesImages } from "./init/init-from-images.ts";
export { Attention, type AttentionConfig } from "./layers/attention.ts";
export { type BlockInputs, type Branch, type BranchInputs, projectInto } from "./layers/branch.ts";
export { BatchNorm, type BatchNormConfig } from "./layers/batch-norm.ts";
export { Conv2d, type Conv2dConfig } from "./layers/conv2d.ts";
export { ConvGroup, type ConvGroupConfig } from "./layers/conv-group.ts";
export { type ConvStemConfig, PooledStem, WhitenedStem } from "./layers/conv-stem.ts";
export { CrossAttention, type CrossAttentionConfig } from "./layers/cross-attention.ts";
export { DepthwiseConv2d, type DepthwiseConv2dConfig } from "./layers/depthwise-conv2d.ts";
export { dropPath, dropPathRates, dropout } from "./layers/dropout.ts";
export { EncoderBlock, type EncoderBlockConfig } from "./layers/encoder-block.ts";
export { GroupNorm, type GroupNormConfig } from "./layers/group-norm.ts";
export { Head, type HeadConfig } from "./layers/head.ts";
export { LayerNorm, type Norm, RmsNorm } from "./layers/layer-norm.ts";
export { LayerScale } from "./layers/layer-scale.ts";
export { Linear, type LinearConfig } from "./layers/linear.ts";
export { Mlp, type MlpConfig, SwiGlu } from "./layers/mlp.ts";
export { patchDropout } from "./layers/patch-dropout.ts";
export { PatchEmbed, type PatchEmbedConfig } from "./layers/patch-embed.ts";
export { resizePatchKernel } from "./layers/patch-kernel.ts";
export { AttentionPool, type AttentionPoolConfig, meanPool, tokenAt } from "./layers/pool.ts";
export { type Pool, Pooling, type PoolingConfig, averageHeads } from "./layers/pooling.ts";
export { PreLogits } from "./layers/pre-logits.ts";
export { StdConv2d, type StdConv2dConfig, type StandardizationRule, samePadded } from "./layers/std-conv2d.ts";
export { type NormOrder, Sublayer, type SublayerFields, type SublayerOptions } from "./layers/sublayer.ts";
export type { TokenEmbedding } from "./layers/token-embedding.ts";
export { mapOf, prependTokens, splitPrefix } from "./layers/tokens.ts";
export { SequencePool } from "./layers/sequence-pool.ts";
export { Whitening, type WhiteningConfig } from "./layers/whitening.ts";
export type { LoadOptions } from "./load.ts";
export { type Description, type InitScheme, Module, repeat } from "./module.ts";
export { type Activation, activate, activationGrad, activationGradOp, activationOp } from "./ops/activation.ts";
export { type AdamFactors, type AdamStep, adamUpdate, adamUpdateOp } from "./ops/adam-update.ts";
export {
  type AttentionAttrs,
  type AttentionOptions,
  MASKED_SCORE,
  attention,
  attentionGrad,
  attentionGradOp,
  attentionOp,
  attentionWeights,
  composeAttention,
  composeAttentionGrad,
  joinHeads,
  observedAttention,
  splitHeads,
} from "./ops/attention.ts";
export { averageUpdate, averageUpdateOp } from "./ops/average-update.ts";
export {
  type BatchNormOptions,
  type Statistics,
  batchNorm,
  batchNormGrad,
  batchNormGradOp,
  batchNormOp,
  batchStatistics,
  batchStatisticsOp,
} from "./ops/batch-norm.ts";
export { compileOp } from "./ops/compile.ts";
export {
  type ConvolutionOptions,
  convolution,
  convolutionGrad,
  convolutionGradOp,
  convolutionGrid,
  convolutionOp,
} from "./ops/convolution.ts";
export {
  type DeformableInputs,
  deformableAttention,
  deformableAttentionGrad,
  deformableAttentionGradOp,
  deformableAttentionOp,
} from "./ops/deformable-attention.ts";
export type { DeformableGrid } from "./ops/deformable-samples.ts";
export {
  type DepthwiseConvolutionOptions,
  depthwiseConvolution,
  depthwiseConvolutionGrad,
  depthwiseConvolutionGradOp,
  depthwiseConvolutionOp,
} from "./ops/depthwise-convolution.ts";
export { differentiable, runOp, unrecorded } from "./ops/dispatch.ts";
export { gatherRows } from "./ops/gather-rows.ts";
export { moreGradientKernels, registerAllGradients } from "./ops/all-gradients.ts";
export { gradientKernels, registerGradients } from "./ops/gradients.ts";
export { type GroupNormOptions, groupNorm, groupNormGrad, groupNormGradOp, groupNormOp } from "./ops/group-norm.ts";
export { type LambStep, lambUpdate, lambUpdateOp } from "./ops/lamb-update.ts";
export { layerNorm, layerNormGrad, layerNormGradOp, layerNormOp } from "./ops/layer-norm.ts";
export { type LinearOptions, linear, linearGrad, linearGradOp, linearOp } from "./ops/linear.ts";
export { type MaxPoolOptions, maxPool, maxPoolGradOp, maxPoolOp } from "./ops/max-pool.ts";
export { type MuonStep, muonUpdate, muonUpdateOp } from "./ops/muon-update.ts";
export type { AttrsOf, InputsOf, Op, OpDeclaration, OutputOf, Placed, PlacedInputs, PlacedOutput } from "./ops/op.ts";
export { oneHotLabels } from "./ops/one-hot-labels.ts";
export { ops } from "./ops/ops.ts";
export { type PatchifyOptions, patchGrid, patchify, patchifyGrad, patchifyGradOp, patchifyOp } from "./ops/patchify.ts";
export { type PreprocessAttrs, preprocessOp } from "./ops/preprocess.ts";
export { queryKeyAttention, queryKeyAttentionOp, unpackQueryKey } from "./ops/query-key-attention.ts";
export { type Named, type OpKernel, registerOp } from "./ops/register-op.ts";
export { replayOp } from "./ops/replay.ts";
export { type ResizeMethod, resizeMatrix } from "./ops/resize-matrix.ts";
export { resize, resizeOp } from "./ops/resize.ts";
export { type RoiAlignOptions, roiAlign, roiAlignGrad, roiAlignGradOp, roiAlignOp } from "./ops/roi-align.ts";
export type { RegionGrid, Regions } from "./ops/roi-samples.ts";
export {
  selfAttention,
  selfAttentionGrad,
  selfAttentionGradOp,
  selfAttentionOp,
  unpackQkv,
} from "./ops/self-attention.ts";
export { type SgdStep, sgdUpdate, sgdUpdateOp } from "./ops/sgd-update.ts";
export {
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
  softmaxCrossEntropyGradOp,
  softmaxCrossEntropyOp,
} from "./ops/softmax-cross-entropy.ts";
export { sumOfSquares, sumOfSquaresOp } from "./ops/sum-of-squares.ts";
export {
  type WindowAttentionAttrs,
  type WindowAttentionOptions,
  windowAttention,
  windowAttentionGrad,
  windowAttentionGradOp,
  windowAttentionOp,
  windowAttentionWeights,
} from "./ops/window-attention.ts";
export { type Windows, placesInWindows, shiftMask } from "./ops/windows.ts";
export type { Converted } from "./names/convert.ts";
export type { Dialect, NameTable, Rule, Translation } from "./names/dialect.ts";
export type { Layout } from "./names/layout.ts";
export * as layouts from "./names/layout.ts";
export { reversedRules } from "./names/reversed-rules.ts";
export { gatherStrided, isRowMajor, permuteAxes } from "./names/strided.ts";
export { type HuggingFaceNames, type HuggingFaceTable, toHuggingFaceNames } from "./names/to-hugging-face.ts";
export { type TimmNames, toTimmNames } from "./names/to-timm.ts";
export { nearest } from "./nearest.ts";
export { type OptionNames, checkedOptions } from "./options.ts";
export { Param, type ParamOptions } from "./param.ts";
export { FixedPositions, type FixedPositionsConfig, sincos1d, sincos2d } from "./positions/fixed.ts";
export { LearnedPositions, LearnedPositions2d, type LearnedPositionsConfig } from "./positions/learned.ts";
export type { Positions } from "./positions/positions.ts";
export { RelativePositionBias, type RelativePositionBiasConfig, relativeIndex } from "./positions/relative-bias.ts";
export { type RelativeRule, resampleRelativeBias } from "./positions/resample-relative.ts";
export { type PositionRule, type ResampleOptions, positionRules, resamplePositions } from "./positions/resample.ts";
export { Rotary2d, type Rotary2dConfig } from "./positions/rotary.ts";
export { Random } from "./random.ts";
export { type Block, Recomputed } from "./recomputed.ts";
export { numberOf } from "./replay/number-of.ts";
export type { Forward, Recorder, Recording, Trace } from "./replay/recorder.ts";
export { Recordings, type RecordingsOptions } from "./replay/recordings.ts";
export { replayed } from "./replay/replayed.ts";
export { type Shape, pair, sameShape, side, sizeOf, sizes } from "./shape.ts";
export { type Summary, type SummaryRow, summarize } from "./summarize.ts";
export { type WarmUpOptions, warmUp } from "./warm-up.ts";
export { Unrecorded } from "./unrecorded.ts";
export { listed, printable, printableLines, shown } from "./untrusted-text.ts";
export { type Patience, type Watchdog, watchdog } from "./watchdog.ts";
