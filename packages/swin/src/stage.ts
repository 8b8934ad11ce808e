import { type Tensor3D, type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  EncoderBlock,
  LayerNorm,
  Mlp,
  Module,
  type Shape,
  output,
  within,
  zeros,
} from "@tessera/core";
import type { SwinConfig } from "./config.ts";
import { CosineAttention } from "./cosine-attention.ts";
import { PatchMerging } from "./patch-merging.ts";
import { WindowAttention } from "./window-attention.ts";
import { type BlockWindows, windowsOf } from "./windows.ts";

export const EPSILON = 1e-5;

/** Blocks on one grid, with plain and shifted windows in turn; all but the first stage merge the grid before. */
export class Stage extends Module {
  readonly downsample: PatchMerging | undefined;
  readonly blocks: EncoderBlock[];

  /** @param dropPath of each block */
  constructor(config: SwinConfig, stage: number, dropPath: readonly number[]) {
    super();
    const { version = 1, epsilon = EPSILON } = config;
    const outputs = widthOf(config, stage);
    const merging = { inputs: outputs / 2, outputs, normAfter: version === 2, epsilon };
    this.downsample = stage > 0 ? new PatchMerging(merging) : undefined;
    const { plain, shifted } = windowsOf(config, stage);
    this.blocks = dropPath.map((rate, i) => block(config, stage, i % 2 ? shifted : plain, rate));
  }

  /** [b, h, w, c] -> [b, h′, w′, c′] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      const merged = this.downsample ? this.downsample.forward(x, within(ctx, "downsample")) : x;
      const [b, h, w, c] = merged.shape;
      let tokens: Tensor3D = reshape(merged, [b, h * w, c]);
      for (const [i, one] of this.blocks.entries()) {
        const next = one.forward(tokens, within(ctx, `blocks.${i}`), { grid: [h, w] });
        tokens.dispose();
        tokens = next;
      }
      return output(ctx, reshape(tokens, [b, h, w, c]) as Tensor4D);
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const merged = this.downsample ? child(this.downsample, input) : input;
    const [b = 1, h = 1, w = 1, c = 1] = merged;
    for (const one of this.blocks) child(one, [b, h * w, c]);
    return { output: merged };
  }
}

/** Channels of a stage. */
export function widthOf({ width }: SwinConfig, stage: number): number {
  return width * 2 ** stage;
}

function block(config: SwinConfig, stage: number, windows: BlockWindows, dropPath: number): EncoderBlock {
  const { version = 1, mlpRatio = 4, activation, dropout, epsilon = EPSILON, windowRule } = config;
  const width = widthOf(config, stage);
  const heads = config.heads[stage]!;
  const shared = { width, heads, windows, qkvBias: config.qkvBias, dropout };
  const mlp = new Mlp({ width, hidden: Math.floor(width * mlpRatio), activation, dropout });
  if (version === 1) {
    const attn = new WindowAttention({ ...shared, tableRule: config.tableRule });
    return new EncoderBlock({ width, heads, attn, mlp, dropPath, epsilon });
  }
  const attn = new CosineAttention({
    ...shared,
    pretrainedWindow: config.pretrainedWindows?.[stage],
    // transformers adds the mask twice
    masked: windowRule === "huggingface" ? -200 : undefined,
  });
  const norm = (outputs: number, e: number) => new LayerNorm(outputs, e, zeros);
  return new EncoderBlock({ width, heads, attn, mlp, dropPath, epsilon, norm, order: "res-post" });
}
