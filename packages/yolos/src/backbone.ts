import {
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  add,
  concat,
  reshape,
  slice,
  tidy,
  tile,
} from "@tensorflow/tfjs-core";
import {
  Attention,
  type Context,
  type Description,
  EncoderBlock,
  LayerNorm,
  Mlp,
  Module,
  Param,
  PatchEmbed,
  type Shape,
  output,
  prependTokens,
  repeat,
  resamplePositions,
  sizes,
  truncNormal,
  within,
} from "@tessera/core";
import type { YolosConfig } from "./config.ts";

/** Rows and columns of patches. */
type Grid = readonly [number, number];

/**
 * A plain ViT whose sequence is the class token, the patches and the detection tokens: Fang et al. 2021, figure 1. Every token has a
 * position, which larger models add anew after each block but the last. Paths are the official code's.
 */
export class YolosBackbone extends Module {
  readonly config: YolosConfig;
  readonly patchEmbed: PatchEmbed;
  readonly clsToken: Param;
  readonly detToken: Param;
  readonly posEmbed: Param;
  readonly midPosEmbed: Param | undefined;
  readonly blocks: EncoderBlock[];
  readonly norm: LayerNorm;
  readonly #grid: Grid;

  constructor(config: YolosConfig) {
    super();
    const { imageSize, patchSize, width, depth, heads, mlpDim, queries, midPositions, activation, qkvBias, epsilon } = config; // prettier-ignore
    this.config = config;
    this.patchEmbed = new PatchEmbed({ imageSize, patchSize, width });
    this.#grid = this.patchEmbed.grid;
    const positions: [number, number, number] = [1, 1 + this.#grid[0] * this.#grid[1] + queries, width];
    this.clsToken = new Param([1, 1, width], truncNormal(0.02));
    this.detToken = new Param([1, queries, width], truncNormal(0.02));
    this.posEmbed = new Param(positions, truncNormal(0.02));
    this.midPosEmbed = midPositions ? new Param([depth - 1, ...positions], truncNormal(0.02)) : undefined;
    this.blocks = repeat(
      depth,
      () =>
        new EncoderBlock({
          width,
          heads,
          epsilon,
          attn: new Attention({ width, heads, qkvBias }),
          mlp: new Mlp({ width, hidden: mlpDim, activation }),
        }),
    );
    this.norm = new LayerNorm(width, epsilon);
  }

  /** The detection tokens at the end: [b, h, w, 3] -> [b, queries, d]. What is left beyond whole patches is not seen. */
  forward(images: Tensor4D, ctx: Context = {}): Tensor3D {
    const [b, h, w] = sizes(images, ["b", "h", "w", 3], "Yolos") as [number, number, number];
    const { patchSize, queries } = this.config;
    const grid: Grid = [Math.floor(h / patchSize), Math.floor(w / patchSize)];
    return tidy(() => {
      const whole = slice(images, [0, 0, 0, 0], [b, grid[0] * patchSize, grid[1] * patchSize, 3]);
      const patches = this.patchEmbed.forward(whole, within(ctx, "patch_embed"));
      const wanted: Tensor3D = tile(this.detToken.value as Tensor as Tensor3D, [b, 1, 1]);
      const tokens: Tensor3D = concat([prependTokens(patches, [this.clsToken]), wanted], 1);
      const positioned: Tensor3D = add(tokens, this.positions(this.posEmbed.value as Tensor as Tensor3D, grid));
      const last = this.blocks.reduce((x, block, i) => {
        const y = block.forward(x, within(ctx, `blocks.${i}`));
        return i < this.blocks.length - 1 ? this.withMidPositions(y, i, grid) : y;
      }, positioned);
      const found = slice(last, [0, 1 + grid[0] * grid[1], 0], [b, queries, -1]);
      return output(ctx, this.norm.forward(found, within(ctx, "norm")));
    });
  }

  private withMidPositions(x: Tensor3D, block: number, grid: Grid): Tensor3D {
    if (!this.midPosEmbed) return x;
    const [, one, tokens, width] = this.midPosEmbed.shape as [number, 1, number, number];
    const all = this.midPosEmbed.value as Tensor as Tensor4D;
    const table: Tensor3D = reshape(slice(all, [block, 0, 0, 0], [1, one, tokens, width]), [1, tokens, width]);
    return add(x, this.positions(table, grid));
  }

  /** A table for another grid: those of the class token and of the detection tokens stay. */
  private positions(table: Tensor3D, grid: Grid): Tensor3D {
    const [rows, columns] = this.#grid;
    if (rows === grid[0] && columns === grid[1]) return table;
    const { queries, width } = this.config;
    const covered = 1 + rows * columns;
    const seen = slice(table, [0, 0, 0], [1, covered, width]);
    const resized = resamplePositions(seen, { prefix: 1, from: this.#grid, to: grid, rule: "huggingface" });
    return concat([resized, slice(table, [0, covered, 0], [1, queries, width])], 1);
  }

  override describe([b = 1, h = 1, w = 1]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const { patchSize, queries, width } = this.config;
    const [rows, columns] = [h, w].map((side) => Math.floor(side / patchSize)) as [number, number];
    child(this.patchEmbed, [b, rows * patchSize, columns * patchSize, 3]);
    const tokens = [b, 1 + rows * columns + queries, width];
    for (const block of this.blocks) child(block, tokens);
    return { output: child(this.norm, [b, queries, width]) };
  }
}
