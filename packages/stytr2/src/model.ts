import { type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  Module,
  PatchEmbed,
  type Shape,
  ShapeError,
  output,
  sizes,
  within,
} from "@tessera/core";
import { type StyTr2Config, styTr2Config } from "./config.ts";
import { Drawing } from "./drawing.ts";
import { StyleTransformer } from "./transformer.ts";

/** Pixels of a patch's side. */
const PATCH = 8;

/**
 * StyTr2: Deng et al. 2022, [arXiv:2105.14576](https://arxiv.org/abs/2105.14576). Draws what one picture shows as another is drawn.
 * Parameters have the paths and shapes of the official code, its three files under `embedding`, `transformer` and `decode`.
 *
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class StyTr2 extends Module {
  readonly family = "stytr2";
  readonly config: StyTr2Config;
  readonly embedding: PatchEmbed;
  readonly transformer: StyleTransformer;
  readonly decode: Drawing;

  constructor(config: StyTr2Config = styTr2Config) {
    super();
    this.config = { ...config };
    // The size is that of training; any is taken that patches cover.
    this.embedding = new PatchEmbed({ imageSize: 256, patchSize: PATCH, width: config.width });
    this.transformer = new StyleTransformer(config);
    this.decode = new Drawing(config.width, config.drawingWidths);
  }

  /**
   * Pictures of 0 to 1, not normalised: content [b, h, w, 3] and style [b, h′, w′, 3] -> [b, h, w, 3], which may leave 0 to 1 a little.
   * The official code asks for two of one size; here the style's may be another.
   *
   * @throws {ShapeError} for sides that are no multiple of 8, or of fewer than 16 pixels, and for unequal batches.
   */
  forward(content: Tensor4D, ctx: Context, style: Tensor4D): Tensor4D {
    const [b] = sizes(content, ["b", "h", "w", 3], "StyTr2 content") as [number];
    sizes(style, [b, "h", "w", 3], "StyTr2 style");
    return tidy(() => {
      const [of, like] = [this.mapOf(content, ctx, "content"), this.mapOf(style, ctx, "style")];
      const seen = this.transformer.forward(of, within(ctx, "transformer"), like);
      return output(ctx, this.decode.forward(seen, within(ctx, "decode")));
    });
  }

  /** [b, h, w, 3] -> [b, h / 8, w / 8, d] */
  private mapOf(images: Tensor4D, ctx: Context, which: string): Tensor4D {
    const [b, h, w] = images.shape;
    const [rows, columns] = this.embedding.gridOf([h, w]);
    if (rows < 2 || columns < 2)
      throw new ShapeError(`StyTr2 ${which}: expected pictures of 16 pixels a side or more, got ${h}×${w}`);
    const tokens = this.embedding.forward(images, within(ctx, `embedding.${which}`));
    return reshape(tokens, [b, rows, columns, this.config.width]);
  }

  /** Of a content; style is as large. */
  override describe([b = 1, h = 1, w = 1, c = 3]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [, , d = 1] = child(this.embedding, [b, h, w, c]);
    return { output: child(this.decode, child(this.transformer, [b, h / PATCH, w / PATCH, d])) };
  }
}
