import type { WindowArguments } from "./windows.ts";

type MaybeFloats = Float32Array | undefined;
type Panels = Float32Array | Uint16Array;
/** Rows of floats, or of bfloat16 in the blocks that tile registers take. */
type Rows = Float32Array | Uint16Array;

/** What every form of attention begins with: `Attention` of addon/kernels.h. */
export type AttentionArguments = [
  batch: number,
  queries: number,
  keys: number,
  heads: number,
  width: number,
  scale: number,
  biasHeads: number,
  maskBatches: number,
  maskQueries: number,
  format: number,
  bias: MaybeFloats,
  mask: Uint8Array | undefined,
];

/** What attention inside windows and its gradient begin with: `WindowAttention` of addon/ops.h. */
export type WindowAttentionArguments = [
  batch: number,
  rows: number,
  columns: number,
  heads: number,
  width: number,
  scale: number,
  windowRows: number,
  windowColumns: number,
  shiftRows: number,
  shiftColumns: number,
  padFirst: boolean,
  masked: number,
  format: number,
  bias: Float32Array,
  padding: MaybeFloats,
  qkv: Float32Array,
];

/** Of a step of Adam: scale, joining, shrink, beta1, beta2, first, root, epsilon, rate. */
export type AdamNumbers = [number, number, number, number, number, number, number, number, number];

/** Of a step of Adam: weight, gradient, mean, variance; then the new weight, mean, variance. */
type AdamArrays = [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
/** What batch norm and its gradient begin with. */
type ColumnNorm = [
  rows: number,
  width: number,
  epsilon: number,
  activation: number,
  x: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
];

/** What group norm and its gradient begin with. */
type GroupNorm = [
  batch: number,
  pixels: number,
  width: number,
  groups: number,
  epsilon: number,
  activation: number,
  x: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
];

/** The C++ side; see addon/bindings. Each function throws a TypeError where an array has another length than the sizes say. */
export interface Addon {
  /** `refusal`: why AMX is not among `isas` on a processor that has it; else empty. */
  info(): [isa: string, threads: number, refusal: string, isas: string[]];
  useIsa(name: string): boolean;
  useThreads(threads: number): void;
  /** Values that `pack` writes; formats, like all numbers of ops, are those of numbers.ts. */
  packedSize(k: number, n: number, format: number): number;
  pack(k: number, n: number, transposed: boolean, from: Float32Array, packed: Panels): void;
  /** Values of rows in blocks; 0 where the set in use has no tile registers. */
  blocksSize(rows: number, k: number): number;
  unpackRows(rows: number, k: number, blocks: Uint16Array, out: Float32Array): void;
  linear(
    m: number,
    n: number,
    k: number,
    activation: number,
    x: Rows,
    packed: Panels,
    bias: MaybeFloats,
    scale: MaybeFloats,
    residual: MaybeFloats,
    out: Rows,
  ): void;
  matmul(
    batch: number,
    m: number,
    n: number,
    k: number,
    transposedA: boolean,
    transposedB: boolean,
    repeatA: boolean,
    repeatB: boolean,
    a: Float32Array,
    b: Float32Array,
    out: Float32Array,
  ): void;
  attention(
    ...args: [...AttentionArguments, q: Float32Array, k: Float32Array, v: Float32Array, out: Float32Array]
  ): void;
  selfAttention(...args: [...AttentionArguments, qkv: Float32Array, out: Float32Array]): void;
  queryKeyAttention(...args: [...AttentionArguments, qk: Float32Array, v: Float32Array, out: Float32Array]): void;
  attentionGrad(
    ...args: [
      ...AttentionArguments,
      dy: Float32Array,
      q: Float32Array,
      k: Float32Array,
      v: Float32Array,
      dq: Float32Array,
      dk: Float32Array,
      dv: Float32Array,
      dbias: MaybeFloats,
    ]
  ): void;
  selfAttentionGrad(
    ...args: [...AttentionArguments, dy: Float32Array, qkv: Float32Array, dqkv: Float32Array, dbias: MaybeFloats]
  ): void;
  windowAttention(...args: [...WindowAttentionArguments, out: Float32Array]): void;
  windowAttentionGrad(
    ...args: [
      ...WindowAttentionArguments,
      dy: Float32Array,
      dqkv: Float32Array,
      dbias: Float32Array,
      dpadding: MaybeFloats,
    ]
  ): void;
  layerNorm(
    rows: number,
    width: number,
    epsilon: number,
    x: Float32Array,
    gamma: Float32Array,
    beta: Float32Array,
    out: Float32Array,
  ): void;
  layerNormGrad(
    rows: number,
    width: number,
    epsilon: number,
    dy: Float32Array,
    x: Float32Array,
    gamma: Float32Array,
    dx: Float32Array,
    dgamma: Float32Array,
    dbeta: Float32Array,
  ): void;
  tntInner(
    patches: number,
    words: number,
    width: number,
    heads: number,
    hidden: number,
    epsilon: number,
    activation: number,
    legacy: boolean,
    x: Float32Array,
    ...rest: [...weightsAndBiases: MaybeFloats[], out: Float32Array, normal: Float32Array]
  ): void;
  tntMerge(
    batch: number,
    patches: number,
    width: number,
    epsilon: number,
    tokens: Float32Array,
    joined: Float32Array,
    gamma: MaybeFloats,
    beta: MaybeFloats,
    out: Float32Array,
  ): void;
  activate(count: number, activation: number, x: Float32Array, out: Float32Array): void;
  activateGrad(count: number, activation: number, dy: Float32Array, x: Float32Array, out: Float32Array): void;
  binary(
    op: number,
    rows: number,
    width: number,
    stepA: number,
    rowA: number,
    stepB: number,
    rowB: number,
    a: Float32Array,
    b: Float32Array,
    out: Float32Array,
  ): void;
  unary(op: number, count: number, x: Float32Array, out: Float32Array): void;
  softmax(rows: number, width: number, x: Float32Array, out: Float32Array): void;
  sumRows(batch: number, rows: number, width: number, x: Float32Array, out: Float32Array): void;
  sumColumns(rows: number, width: number, x: Float32Array, out: Float32Array): void;
  maxColumns(rows: number, width: number, x: Float32Array, out: Float32Array): void;
  softmaxCrossEntropy(rows: number, width: number, logits: Float32Array, target: Float32Array, out: Float32Array): void;
  softmaxCrossEntropyGrad(
    rows: number,
    width: number,
    dy: Float32Array,
    logits: Float32Array,
    target: Float32Array,
    out: Float32Array,
  ): void;
  sgdUpdate(
    count: number,
    scale: number,
    decay: number,
    momentum: number,
    take: number,
    rate: number,
    nesterov: boolean,
    weight: Float32Array,
    gradient: Float32Array,
    velocity: MaybeFloats,
    newWeight: Float32Array,
    newVelocity: MaybeFloats,
  ): void;
  adamUpdate(...args: [count: number, ...factors: AdamNumbers, ...arrays: AdamArrays]): void;
  lambUpdate(
    ...args: [count: number, ...factors: AdamNumbers, adapt: boolean, clip: boolean, ...arrays: AdamArrays]
  ): void;
  muonUpdate(
    rows: number,
    columns: number,
    scale: number,
    momentum: number,
    shrink: number,
    rate: number,
    nesterov: boolean,
    weight: Float32Array,
    gradient: Float32Array,
    velocity: Float32Array,
    newWeight: Float32Array,
    newVelocity: Float32Array,
  ): void;
  averageUpdate(count: number, share: number, average: Float32Array, values: Float32Array, out: Float32Array): void;
  sumSquares(count: number, x: Float32Array): number;
  swapAxes(batch: number, rows: number, columns: number, inner: number, x: Float32Array, out: Float32Array): void;
  copyRuns(
    pieces: number,
    run: number,
    fromX: number,
    stepX: number,
    fromOut: number,
    stepOut: number,
    x: Float32Array,
    out: Float32Array,
  ): void;
  gather(
    batch: number,
    outer: number,
    length: number,
    inner: number,
    count: number,
    x: Float32Array,
    indices: Int32Array,
    out: Float32Array,
  ): void;
  conv2d(
    ...args: [
      ...windows: WindowArguments,
      outChannels: number,
      x: Float32Array,
      filter: Float32Array,
      out: Float32Array,
    ]
  ): void;
  pool(...args: [...windows: WindowArguments, average: boolean, x: Float32Array, out: Float32Array]): void;
  maxPoolGrad(...args: [...windows: WindowArguments, dy: Float32Array, x: Float32Array, dx: Float32Array]): void;
  packConvolution(outs: number, ins: number, taps: number, weight: Float32Array, panels: Float32Array): void;
  convolution(
    ...args: [
      ...windows: WindowArguments,
      outs: number,
      activation: number,
      x: Float32Array,
      panels: Float32Array,
      bias: MaybeFloats,
      out: Float32Array,
    ]
  ): void;
  convolutionGradX(
    ...args: [...windows: WindowArguments, outs: number, dy: Float32Array, weight: Float32Array, dx: Float32Array]
  ): void;
  convolutionGradWeight(
    ...args: [...windows: WindowArguments, outs: number, dy: Float32Array, x: Float32Array, dweight: Float32Array]
  ): void;
  depthwise(
    ...args: [
      ...windows: WindowArguments,
      activation: number,
      x: Float32Array,
      weight: Float32Array,
      bias: MaybeFloats,
      out: Float32Array,
    ]
  ): void;
  depthwiseGradX(
    ...args: [...windows: WindowArguments, dy: Float32Array, weight: Float32Array, dx: Float32Array]
  ): void;
  depthwiseGradWeight(
    ...args: [...windows: WindowArguments, dy: Float32Array, x: Float32Array, dweight: Float32Array]
  ): void;
  batchStatistics(rows: number, width: number, x: Float32Array, mean: Float32Array, variance: Float32Array): void;
  batchNorm(...args: [...norm: ColumnNorm, out: Float32Array]): void;
  batchNormGrad(
    ...args: [
      ...norm: ColumnNorm,
      ofBatch: boolean,
      dy: Float32Array,
      dx: Float32Array,
      dgamma: Float32Array,
      dbeta: Float32Array,
    ]
  ): void;
  groupNorm(...args: [...norm: GroupNorm, out: Float32Array]): void;
  groupNormGrad(
    ...args: [...norm: GroupNorm, dy: Float32Array, dx: Float32Array, dgamma: Float32Array, dbeta: Float32Array]
  ): void;
  patchify(...args: [...windows: WindowArguments, image: Float32Array, out: Float32Array]): void;
  patchifyGrad(...args: [...windows: WindowArguments, dy: Float32Array, image: Float32Array]): void;
}
