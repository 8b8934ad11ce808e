import {
  type Tensor3D,
  type Tensor4D,
  add,
  concat,
  mul,
  reshape,
  softmax,
  tensor3d,
  tidy,
} from "@tensorflow/tfjs-core";
import {
  type Branch,
  type BranchInputs,
  type Context,
  type Description,
  type Initializer,
  Linear,
  Module,
  type Shape,
  ShapeError,
  deformableAttention,
  output,
  projectInto,
  sizes,
  within,
  xavierUniform,
  zeros,
} from "@tessera/core";
import type { Grid } from "@tessera/detr";

export interface MultiScaleAttentionConfig {
  /** Of a token. */
  width: number;
  /** They share the width evenly. */
  heads: number;
  levels: number;
  /** Places of each map that a head looks at. */
  points: number;
  /** After the output projection. @default 0 */
  dropout?: number | undefined;
  /** How many tokens look at the maps; without it the maps' own do. Only `describe` asks for the number. */
  queries?: number | undefined;
}

/** Where tokens look, besides what they say themselves. */
export interface DeformableBranchInputs extends BranchInputs {
  /** Rows and columns of each map. */
  grids: readonly Grid[];
  /** Where each token is on each map, x then y, as shares of it. [b, q, levels · 2] */
  references: Tensor3D;
  /** Width and height there, of which looks go half as far as their offsets say; without, offsets count places. [b, q, levels · 2] */
  reach?: Tensor3D | undefined;
  /** 1 where a picture covers the maps. [b, s, 1] */
  covered?: Tensor3D | undefined;
}

/**
 * Attention to a few points of each map: Zhu et al. 2021, eq. 3. Each token says by itself where it looks and what each look counts.
 * Offers `locations` [b, q, h·levels·points·2] and `weights` [b, q, h·levels·points] to captures.
 *
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class MultiScaleAttention extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: MultiScaleAttentionConfig;
  readonly samplingOffsets: Linear;
  readonly attentionWeights: Linear;
  readonly valueProj: Linear;
  readonly outputProj: Linear;

  constructor(config: MultiScaleAttentionConfig) {
    super();
    const { width, heads, levels, points } = config;
    if (width % heads !== 0)
      throw new ShapeError(`MultiScaleAttention: expected a width divisible by heads, got ${width} / ${heads}`);
    this.config = config;
    const looks = heads * levels * points;
    this.samplingOffsets = new Linear(width, 2 * looks, { init: zeros, biasInit: star(config) });
    this.attentionWeights = new Linear(width, looks, { init: zeros });
    this.valueProj = new Linear(width, width, { init: xavierUniform });
    this.outputProj = new Linear(width, width, { init: xavierUniform });
  }

  /** [b, q, d] -> [b, q, d], added to `residual` where given. The maps are the memory, or the tokens themselves. */
  forward(x: Tensor3D, ctx: Context, inputs: DeformableBranchInputs): Tensor3D {
    const { width, heads, levels, points, dropout } = this.config;
    const { grids, covered, memory = x } = inputs;
    const [b, q] = sizes(x, ["b", "q", width], "MultiScaleAttention") as [number, number];
    sizes(inputs.references, [b, q, 2 * levels], "MultiScaleAttention references");
    return tidy(() => {
      const queries: Tensor3D = inputs.queryPositions ? add(x, inputs.queryPositions) : x;
      const projected = this.valueProj.forward(memory, within(ctx, "value_proj"));
      const value: Tensor3D = covered ? mul(projected, covered) : projected;
      const locations = this.locations(queries, ctx, inputs);
      const scores: Tensor4D = reshape(this.attentionWeights.forward(queries, within(ctx, "attention_weights")), [b, q, heads, levels * points]); // prettier-ignore
      const weights: Tensor3D = reshape(softmax(scores), [b, q, -1]);
      within(ctx, "locations").capture?.("", () => locations);
      within(ctx, "weights").capture?.("", () => weights);
      const seen = deformableAttention({ value, locations, weights }, { heads, points, grids });
      return output(ctx, projectInto(this.outputProj, seen, within(ctx, "output_proj"), { ...inputs, dropout }));
    });
  }

  /** [b, q, d] -> [b, q, h·levels·points·2] */
  private locations(queries: Tensor3D, ctx: Context, { grids, references, reach }: DeformableBranchInputs): Tensor3D {
    const { heads, levels, points } = this.config;
    const [b, q] = queries.shape;
    const perPoint = (values: Tensor3D): Tensor3D => {
      const [n, m] = values.shape;
      const one = reshape(values, [n * m, levels, 2]);
      return reshape(concat(Array.from({ length: points }, () => one), 2), [n * m, 1, levels * points * 2]); // prettier-ignore
    };
    const offsets = reshape(this.samplingOffsets.forward(queries, within(ctx, "sampling_offsets")), [b * q, heads, -1]);
    const steps = reach
      ? mul(perPoint(reach), 0.5 / points)
      : perPoint(tensor3d([[grids.flatMap(([rows, columns]) => [1 / columns, 1 / rows])]]));
    return reshape(add(mul(offsets, steps), perPoint(references)), [b, q, -1]);
  }

  /** `input` is the shape of the maps' tokens. */
  override describe([b = 1, s = 1, d = 1]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const { queries = s, heads, levels, points } = this.config;
    const tokens = [b, queries, d];
    for (const part of [this.samplingOffsets, this.attentionWeights]) child(part, tokens);
    child(this.valueProj, [b, s, d]);
    // Four places and a weight for each look.
    const macs = (b * queries * heads * levels * points * 5 * d) / heads;
    return { output: child(this.outputProj, tokens), macs };
  }
}

/** At first heads look in directions around the token, and each point one place further. */
function star({ heads, levels, points }: MultiScaleAttentionConfig): Initializer {
  return () => {
    const values = Array.from({ length: heads }, (_, head) => {
      const angle = (2 * Math.PI * head) / heads;
      const [x, y] = [Math.cos(angle), Math.sin(angle)];
      const far = Math.max(Math.abs(x), Math.abs(y));
      return Array.from({ length: levels * points }, (__, i) =>
        [x, y].map((part) => (part / far) * ((i % points) + 1)),
      );
    });
    return Float32Array.from(values.flat(2));
  };
}
