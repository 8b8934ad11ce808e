import { type Tensor, type Tensor3D, type Tensor4D, add, reshape, slice, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  EncoderBlock,
  Module,
  Param,
  PatchEmbed,
  type Shape,
  dropPathRates,
  output,
  repeat,
  resamplePositions,
  truncNormal,
  within,
} from "@tessera/core";
import type { VitDetConfig } from "../config.ts";
import { RelativeAttention } from "./relative-attention.ts";

/**
 * A plain ViT without class token and final norm, whose blocks look in windows but for a few: Li et al. 2022, section 3. Positions are those
 * of pre-training, resized; that of the class token lies before them and is not used.
 */
export class PlainBackbone extends Module {
  readonly patchEmbed: PatchEmbed;
  readonly posEmbed: Param;
  readonly blocks: EncoderBlock[];
  readonly #side: number;

  constructor(config: VitDetConfig) {
    super();
    const { imageSize, patchSize, width, depth, heads, mlpDim, window, globalEvery, pretrainedGrid, dropPath } = config;
    this.patchEmbed = new PatchEmbed({ imageSize, patchSize, width });
    this.posEmbed = new Param([1, 1 + pretrainedGrid ** 2, width], truncNormal(0.02));
    this.#side = pretrainedGrid;
    const rates = dropPathRates(dropPath ?? 0, depth);
    this.blocks = repeat(depth, (i) => {
      const windows = (i + 1) % globalEvery !== 0;
      const span = windows ? ([window, window] as const) : this.patchEmbed.grid;
      const attn = new RelativeAttention({ width, heads, span, windows });
      return new EncoderBlock({ width, heads, mlpDim, attn, dropPath: rates[i]! });
    });
  }

  /** [b, h, w, 3] -> [b, h / patch, w / patch, d] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor4D {
    const grid = this.patchEmbed.grid;
    return tidy(() => {
      const patches = this.patchEmbed.forward(images, within(ctx, "patch_embed"));
      const table = slice(this.posEmbed.value as Tensor as Tensor3D, [0, 1, 0], [1, this.#side ** 2, -1]);
      const from = [this.#side, this.#side] as const;
      const positions = resamplePositions(table, { prefix: 0, from, to: grid, rule: "mae" });
      const embedded = output(
        within(ctx, "embedded"),
        add(patches, output(within(ctx, "positions"), positions)) as Tensor3D,
      );
      const tokens = this.blocks.reduce(
        (x, block, i) => block.forward(x, within(ctx, `blocks.${i}`), { grid }),
        embedded,
      );
      const [b, , d] = tokens.shape;
      return reshape(tokens, [b, ...grid, d]);
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const tokens = this.blocks.reduce((shape, block) => child(block, shape), child(this.patchEmbed, input));
    return { output: [tokens[0]!, ...this.patchEmbed.grid, tokens[2]!] };
  }
}
