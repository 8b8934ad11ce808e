import { type Tensor1D, type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import {
  type Branch,
  type BranchInputs,
  type Context,
  type Description,
  Linear,
  Module,
  RelativePositionBias,
  type RelativeRule,
  type Shape,
  ShapeError,
  type StoredTensor,
  output,
  projectInto,
  sizes,
  within,
} from "@tessera/core";
import { attend, attentionMacs } from "./attend.ts";
import type { BlockWindows } from "./windows.ts";

export interface WindowAttentionConfig {
  /** Of the tokens. */
  width: number;
  /** Each takes an equal part of the width. */
  heads: number;
  /** How the grid is cut, and by how much it is shifted first. */
  windows: BlockWindows;
  /** @default true */
  qkvBias?: boolean | undefined;
  /** How tables of other windows are resized at load. @default "geometric" */
  tableRule?: RelativeRule | undefined;
  /** Dropout after the output projection. @default 0 */
  dropout?: number | undefined;
}

/**
 * Attention inside windows, with a learned bias for each displacement of two tokens: Liu et al. 2021, eq. 4.
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class WindowAttention extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: WindowAttentionConfig;
  readonly relPos: RelativePositionBias;
  readonly qkv: Linear;
  readonly proj: Linear;

  constructor(config: WindowAttentionConfig) {
    super();
    const { width, heads, windows, qkvBias = true, tableRule: rule = "geometric" } = config;
    checkHeads(width, heads, "WindowAttention");
    this.config = config;
    this.relPos = new RelativePositionBias({ window: windows.window, heads, rule, flatten: true });
    this.qkv = new Linear(width, 3 * width, { bias: qkvBias });
    this.proj = new Linear(width, width);
  }

  /** [b, rows · columns, d] -> [b, rows · columns, d], added to `residual` where given; `grid` says how many rows and columns. */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BranchInputs = {}): Tensor3D {
    const { width, heads, windows, dropout } = this.config;
    const [, n] = sizes(x, ["b", "n", width], "WindowAttention") as [number, number, number];
    return tidy(() => {
      const qkv = this.qkv.forward(x, within(ctx, "qkv"));
      const padding = this.qkv.bias?.value as Tensor1D | undefined;
      const options = { ...windows, grid: inputs.grid ?? [1, n], heads, padding, bias: this.relPos.bias() } as const;
      const mixed = attend(qkv, options, ctx);
      return output(ctx, projectInto(this.proj, mixed, within(ctx, "proj"), { ...inputs, dropout }));
    });
  }

  override adapt(path: string, stored: StoredTensor, shape: Shape): StoredTensor | undefined {
    return this.relPos.adapt(path, stored, shape);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    child(this.relPos, input);
    child(this.qkv, input);
    return { output: child(this.proj, input), macs: attentionMacs(input, this.config.windows.window) };
  }
}

/** @throws {ShapeError} if the width is not divisible by the heads. */
export function checkHeads(width: number, heads: number, where: string): void {
  if (width % heads !== 0)
    throw new ShapeError(`${where}: expected a width divisible by heads, got ${width} / ${heads}`);
}
