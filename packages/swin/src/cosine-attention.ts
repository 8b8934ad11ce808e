import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  add,
  concat,
  exp,
  mul,
  relu,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  tidy,
  zeros as zerosTensor,
} from "@tensorflow/tfjs-core";
import {
  type Branch,
  type BranchInputs,
  type Context,
  type Description,
  Linear,
  Module,
  Param,
  type Shape,
  constant,
  linear,
  output,
  projectInto,
  sizes,
  unpackQkv,
  within,
  zeros,
} from "@tessera/core";
import { attend, attentionMacs } from "./attend.ts";
import { ContinuousPositionBias } from "./continuous-bias.ts";
import { type WindowAttentionConfig, checkHeads } from "./window-attention.ts";

export interface CosineAttentionConfig extends Omit<WindowAttentionConfig, "tableRule"> {
  /** Side of the windows before fine-tuning, to which positions refer; 0 for its own. @default 0 */
  pretrainedWindow?: number | undefined;
  /** Added to the score of two tokens that only the shift brought together. @default -100 */
  masked?: number | undefined;
}

/** Largest factor on a cosine. */
const SHARPEST = 100;

/**
 * Attention inside windows by the cosine of queries and keys, times a learned factor a head, with positions from a small MLP:
 * Liu et al. 2022 (Swin v2), section 3.2. Keys have no bias.
 *
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class CosineAttention extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: CosineAttentionConfig;
  /** [h, 1, 1], the logarithm of the factor */
  readonly logitScale: Param;
  readonly qBias: Param | undefined;
  readonly vBias: Param | undefined;
  readonly position: ContinuousPositionBias;
  readonly qkv: Linear;
  readonly proj: Linear;

  constructor(config: CosineAttentionConfig) {
    super();
    const { width, heads, windows, qkvBias = true, pretrainedWindow } = config;
    checkHeads(width, heads, "CosineAttention");
    this.config = config;
    this.logitScale = new Param([heads, 1, 1], constant(Math.log(10)));
    this.qBias = qkvBias ? new Param([width], zeros) : undefined;
    this.vBias = qkvBias ? new Param([width], zeros) : undefined;
    this.position = new ContinuousPositionBias({ window: windows.window, heads, pretrainedWindow });
    this.qkv = new Linear(width, 3 * width, { bias: false });
    this.proj = new Linear(width, width);
  }

  /** [b, rows · columns, d] -> [b, rows · columns, d], added to `residual` where given; `grid` says how many rows and columns. */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BranchInputs = {}): Tensor3D {
    const { width, heads, windows, dropout, masked } = this.config;
    const [, n] = sizes(x, ["b", "n", width], "CosineAttention") as [number, number, number];
    return tidy(() => {
      const { qkv, padding } = this.project(x, ctx);
      const bias = this.position.bias(ctx);
      const options = { ...windows, grid: inputs.grid ?? [1, n], heads, scale: 1, masked, padding, bias } as const;
      const mixed = attend(qkv, options, ctx);
      return output(ctx, projectInto(this.proj, mixed, within(ctx, "proj"), { ...inputs, dropout }));
    });
  }

  /** Queries, already with their factor, and keys of length one, and values, packed; and the same of zeros. [b, n, d] -> [b, n, 3·d] */
  project(x: Tensor3D, ctx: Context = {}): { qkv: Tensor3D; padding: Tensor1D | undefined } {
    const bias = this.bias();
    const weight = this.qkv.weight.value as Tensor as Tensor2D;
    const qkv = output(within(ctx, "qkv"), linear(x, weight, { bias }));
    const packed = bias && (reshape(bias, [1, 1, -1]) as Tensor3D);
    return { qkv: this.turned(qkv), padding: packed && reshape(this.turned(packed), [-1]) };
  }

  /** Of queries, keys and values; keys have zeros. [3·d] */
  private bias(): Tensor1D | undefined {
    if (!this.qBias || !this.vBias) return undefined;
    const keys = zerosTensor([this.config.width]);
    return concat([this.qBias.value, keys, this.vBias.value] as Tensor[]) as Tensor1D;
  }

  /** Queries and keys of length one, queries with their head's factor. [b, n, 3·h·d] -> [b, n, 3·h·d] */
  private turned(qkv: Tensor3D): Tensor3D {
    const { heads } = this.config;
    const [q, k, v] = unpackQkv(qkv);
    const most = Math.log(SHARPEST);
    // The smaller of both, by an op that every backend has with its gradient.
    const factor = exp(sub(most, relu(sub(most, this.logitScale.value as Tensor))));
    return concat([ofLengthOne(q, heads, reshape(factor, [heads, 1])), ofLengthOne(k, heads), v], 2);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    child(this.qkv, input);
    child(this.position, input);
    return { output: child(this.proj, input), macs: attentionMacs(input, this.config.windows.window) };
  }
}

/** Of a vector's square, below which it is not made longer: PyTorch's 1e-12, squared. */
const LEAST = 1e-24;

/** Each head's vectors divided by their length, times a factor a head. [b, n, h·d] -> [b, n, h·d] */
function ofLengthOne(x: Tensor3D, heads: number, factor?: Tensor): Tensor3D {
  const [b, n, d] = x.shape;
  const apart = reshape(x, [b, n, heads, d / heads]);
  const squares = sum(square(apart), -1, true); // [b, n, h, 1]
  // The larger of both, by ops that native has.
  const inverse = rsqrt(add(relu(sub(squares, LEAST)), LEAST));
  return reshape(mul(apart, factor ? mul(inverse, factor) : inverse), x.shape);
}
