import {
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  add,
  matMul,
  mul,
  pad,
  reshape,
  slice,
  softmax,
  tensor1d,
  tidy,
  transpose,
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
  ShapeError,
  gatherRows,
  joinHeads,
  output,
  projectInto,
  sizes,
  splitHeads,
  unpackQkv,
  within,
  zeros,
} from "@tessera/core";

/** Rows, then columns. */
type Grid = readonly [number, number];

export interface RelativeAttentionConfig {
  /** Of a token. */
  width: number;
  /** They share the width evenly. */
  heads: number;
  /** Places that look at each other: the whole grid, or a window. */
  span: Grid;
  /** Cuts the grid in windows of that span, padded with zeros to whole ones, which are looked at like others. */
  windows: boolean;
}

/**
 * Attention with a learned vector for each distance of rows and of columns, which the query is multiplied with: Li et al. 2022 (ViTDet),
 * appendix A.2, after Shaw et al. 2018. The tables are shared by the heads. Offers `weights` [b, h, n, n] of each window to captures.
 *
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class RelativeAttention extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: RelativeAttentionConfig;
  readonly qkv: Linear;
  readonly proj: Linear;
  readonly relPosH: Param;
  readonly relPosW: Param;

  constructor(config: RelativeAttentionConfig) {
    super();
    const { width, heads, span } = config;
    if (width % heads !== 0)
      throw new ShapeError(`RelativeAttention: expected a width divisible by heads, got ${width} / ${heads}`);
    this.config = config;
    this.qkv = new Linear(width, 3 * width);
    this.proj = new Linear(width, width);
    this.relPosH = new Param([2 * span[0] - 1, width / heads], zeros);
    this.relPosW = new Param([2 * span[1] - 1, width / heads], zeros);
  }

  /** [b, rows · columns, d] -> [b, rows · columns, d], added to `residual` where given; `grid` says how many rows and columns. */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BranchInputs = {}): Tensor3D {
    const { width, span, windows } = this.config;
    const grid = inputs.grid ?? span;
    const [b] = sizes(x, ["b", grid[0] * grid[1], width], "RelativeAttention") as [number];
    return tidy(() => {
      const apart = windows ? intoWindows(x, grid, span) : x;
      const mixed = this.mix(apart, ctx);
      const joined = windows ? outOfWindows(mixed, b, grid, span) : mixed;
      return output(ctx, projectInto(this.proj, joined, within(ctx, "proj"), inputs));
    });
  }

  /** [m, n, d] -> [m, n, d] */
  private mix(x: Tensor3D, ctx: Context): Tensor3D {
    const { width, heads, span } = this.config;
    const [m, n] = x.shape;
    const [rows, columns] = span;
    const each = width / heads;
    const [q, k, v] = unpackQkv(this.qkv.forward(x, within(ctx, "qkv"))).map((part) =>
      reshape(splitHeads(part, heads), [m * heads, n, each]),
    ) as [Tensor3D, Tensor3D, Tensor3D];
    const places: Tensor4D = reshape(q, [m * heads, rows, columns, each]);
    // The query meets its own row's vectors of every row, then its own column's.
    const byRow = matMul(reshape(transpose(places, [1, 0, 2, 3]), [rows, -1, each]), distances(this.relPosH, rows), false, true); // prettier-ignore
    const byColumn = matMul(reshape(transpose(places, [2, 0, 1, 3]), [columns, -1, each]), distances(this.relPosW, columns), false, true); // prettier-ignore
    const alongRows = transpose(reshape(byRow, [rows, m * heads, columns, rows]), [1, 0, 2, 3]);
    const alongColumns = transpose(reshape(byColumn, [columns, m * heads, rows, columns]), [1, 2, 0, 3]);
    const scores = reshape(matMul(mul(q, each ** -0.5), k, false, true), [m * heads, n, rows, columns]);
    const moved = add(
      add(scores, reshape(alongRows, [m * heads, n, rows, 1])),
      reshape(alongColumns, [m * heads, n, 1, columns]),
    );
    const weights: Tensor3D = softmax(reshape(moved, [m * heads, n, n]));
    within(ctx, "weights").capture?.("", () => reshape(weights, [m, heads, n, n]));
    return joinHeads(reshape(matMul(weights, v), [m, heads, n, each]) as Tensor);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, n = 1, d = 1] = input;
    const span = this.config.span[0] * this.config.span[1];
    child(this.qkv, input);
    return { output: child(this.proj, input), macs: 2 * b * n * span * d };
  }
}

/** The vector of each pair of places along a side: [2n − 1, c] -> [n, n, c] */
function distances(table: Param, n: number): Tensor3D {
  const indices = Int32Array.from({ length: n * n }, (_, i) => Math.floor(i / n) - (i % n) + n - 1);
  return reshape(gatherRows(table.value as Tensor as Tensor2D, tensor1d(indices, "int32")), [n, n, -1]);
}

/** [b, rows · columns, d] -> [b · windows, places of one, d] */
function intoWindows(x: Tensor3D, [rows, columns]: Grid, [tall, wide]: Grid): Tensor3D {
  const [b, , d] = x.shape;
  const [down, across] = [Math.ceil(rows / tall), Math.ceil(columns / wide)];
  const map: Tensor4D = reshape(x, [b, rows, columns, d]);
  const whole = pad(map, [[0, 0], [0, down * tall - rows], [0, across * wide - columns], [0, 0]]); // prettier-ignore
  const cut = transpose(reshape(whole, [b * down, tall, across, wide * d]), [0, 2, 1, 3]);
  return reshape(cut, [b * down * across, tall * wide, d]);
}

/** `intoWindows` turned round. */
function outOfWindows(x: Tensor3D, b: number, [rows, columns]: Grid, [tall, wide]: Grid): Tensor3D {
  const d = x.shape[2];
  const [down, across] = [Math.ceil(rows / tall), Math.ceil(columns / wide)];
  const joined = transpose(reshape(x, [b * down, across, tall, wide * d]), [0, 2, 1, 3]);
  const map = slice(reshape(joined, [b, down * tall, across * wide, d]), [0, 0, 0, 0], [b, rows, columns, d]);
  return reshape(map, [b, rows * columns, d]);
}
