import { type Tensor3D, type Tensor4D, reshape, slice, tidy } from "@tensorflow/tfjs-core";
import {
  type Branch,
  type BranchInputs,
  type Context,
  Conv2d,
  type Description,
  LayerNorm,
  Linear,
  Module,
  type Shape,
  ShapeError,
  activate,
  attention,
  attentionWeights,
  output,
  projectInto,
  resize,
  sizeOf,
  sizes,
  within,
} from "@tessera/core";
import { type PvtConfig, epsilonsOf } from "./config.ts";
import { convolutionInit } from "./stage-embed.ts";

/** Rows and columns of means that linear attention looks at. */
const MEANS = 7;

/**
 * Attention of all tokens to fewer: keys and values are of a map reduced by a convolution (Wang et al. 2021, eq. 3), or of seven
 * by seven means of it (Wang et al. 2022, figure 1). Without a reduction it is attention among the tokens. Offers `weights`
 * [b, heads, n, m] to captures.
 *
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class SpatialReductionAttention extends Module implements Branch {
  readonly fusesResidual = true;
  readonly heads: number;
  readonly linear: boolean;
  readonly q: Linear;
  readonly kv: Linear;
  readonly proj: Linear;
  readonly sr: Conv2d | undefined;
  readonly norm: LayerNorm | undefined;

  constructor(config: PvtConfig, stage: number) {
    super();
    const { version, linear = false, qkvBias: bias = true } = config;
    const [width, heads, reduction] = [config.widths[stage]!, config.heads[stage]!, config.reductions[stage]!];
    if (width % heads !== 0)
      throw new ShapeError(`SpatialReductionAttention: expected a width divisible by heads, got ${width} / ${heads}`);
    this.heads = heads;
    this.linear = linear;
    this.q = new Linear(width, width, { bias });
    this.kv = new Linear(width, 2 * width, { bias });
    this.proj = new Linear(width, width);
    const reduces = linear || reduction > 1;
    const size = linear ? 1 : reduction;
    this.sr = reduces
      ? new Conv2d({ inputs: width, outputs: width, size, stride: size, ...convolutionInit(version) })
      : undefined;
    this.norm = reduces ? new LayerNorm(width, epsilonsOf(config).afterConvolution) : undefined;
  }

  /**
   * [b, n, d] -> [b, n, d], added to `residual` where given.
   * @throws {ShapeError} where it reduces and has no grid, or one of other tokens.
   */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BranchInputs = {}): Tensor3D {
    const { heads } = this;
    const width = this.q.inputs;
    sizes(x, ["b", "n", width], "SpatialReductionAttention");
    return tidy(() => {
      const q = this.q.forward(x, within(ctx, "q"));
      const kv = this.kv.forward(this.reduced(x, inputs.grid, ctx), within(ctx, "kv")); // [b, m, 2d]
      const [b, m] = kv.shape;
      const k = slice(kv, [0, 0, 0], [b, m, width]);
      const v = slice(kv, [0, 0, width], [b, m, width]);
      ctx.capture?.("weights", () => attentionWeights(q, k, { heads }));
      return output(ctx, projectInto(this.proj, attention(q, k, v, { heads }), within(ctx, "proj"), inputs));
    });
  }

  /** What keys and values are made of: [b, rows · columns, d] -> [b, m, d] */
  private reduced(x: Tensor3D, grid: BranchInputs["grid"], ctx: Context): Tensor3D {
    if (!this.sr || !this.norm) return x;
    const [b, n, d] = x.shape;
    if (!grid || grid[0] * grid[1] !== n)
      throw new ShapeError(
        `SpatialReductionAttention: expected the [rows, columns] of ${n} tokens, got ${grid ? `[${grid.join(", ")}]` : "none"}; pass { grid }`,
      );
    const map: Tensor4D = reshape(x, [b, ...grid, d]);
    const means = this.linear ? resize(map, [MEANS, MEANS], "average") : map;
    const fewer = this.sr.forward(means, within(ctx, "sr"));
    const tokens: Tensor3D = reshape(fewer, [b, fewer.shape[1] * fewer.shape[2], d]);
    const normal = this.norm.forward(tokens, within(ctx, "norm"));
    return this.linear ? activate(normal, "gelu") : normal;
  }

  /** `input` is the shape of the tokens, in their places [b, rows, columns, d] where it reduces. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, ...places] = input.slice(0, -1);
    const width = this.q.inputs;
    child(this.q, input);
    const means = this.linear ? [b, MEANS, MEANS, width] : input;
    const memory = this.sr && this.norm ? child(this.norm, child(this.sr, means)) : input;
    child(this.kv, memory);
    const macs = 2 * b * sizeOf(places) * sizeOf(memory.slice(1, -1)) * width;
    return { output: child(this.proj, input), macs };
  }
}
