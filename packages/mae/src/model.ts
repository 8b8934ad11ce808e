import {
  type Scalar,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  add,
  mean,
  mul,
  reshape,
  square,
  sub,
  sum,
  tensor1d,
  tidy,
} from "@tensorflow/tfjs-core";
import {
  Attention,
  type Context,
  type Description,
  EncoderBlock,
  LayerNorm,
  Linear,
  Mlp,
  Module,
  Param,
  PatchEmbed,
  type Shape,
  ShapeError,
  TesseraError,
  normal,
  output,
  prependTokens,
  repeat,
  sizes,
  splitPrefix,
  within,
  xavierUniform,
} from "@tessera/core";
import type { MaeConfig } from "./config.ts";
import { type Masking, hiddenPatches, noMasking } from "./masking.ts";
import { patchPixels, pictureOf, standardized } from "./patch-pixels.ts";
import { StoredPositions } from "./positions.ts";
import { keep, spread } from "./seen-patches.ts";

/** What a masked autoencoder takes besides pictures. */
export interface MaeInputs {
  /** The patches that are seen. @default all */
  masking?: Masking | undefined;
}

/**
 * Masked autoencoder: He et al. 2021, [arXiv:2111.06377](https://arxiv.org/abs/2111.06377). A ViT sees a few patches of a picture, and
 * a small decoder draws all of them. Parameters have the paths and shapes of the official code, so that the encoder's are timm's.
 *
 * @throws {ShapeError} if the image is not made of whole patches, or a width not of whole heads and fours.
 */
export class Mae extends Module {
  readonly family = "mae";
  readonly config: MaeConfig;
  readonly clsToken: Param;
  readonly posEmbed: StoredPositions;
  readonly patchEmbed: PatchEmbed;
  readonly blocks: EncoderBlock[];
  readonly norm: LayerNorm;
  readonly decoderEmbed: Linear;
  readonly maskToken: Param;
  readonly decoderPosEmbed: StoredPositions;
  readonly decoderBlocks: EncoderBlock[];
  readonly decoderNorm: LayerNorm;
  readonly decoderPred: Linear;

  constructor(config: MaeConfig) {
    super();
    const { imageSize, patchSize, channels = 3, width, decoderWidth, epsilon = 1e-6 } = config;
    this.config = { ...config };
    this.clsToken = new Param([1, 1, width], normal(0.02));
    // As a linear layer: its inputs are a patch's pixels.
    const patchInit: typeof xavierUniform = (random, [outputs = 1, ...patch]) =>
      xavierUniform(random, [outputs, patch.reduce((a, b) => a * b, 1)]);
    this.patchEmbed = new PatchEmbed({ imageSize, patchSize, width, channels, init: patchInit });
    this.posEmbed = new StoredPositions(this.patchEmbed.grid, width);
    this.blocks = blocksOf(config.depth, width, config.heads, config.mlpDim, epsilon);
    this.norm = new LayerNorm(width, epsilon);
    this.decoderEmbed = new Linear(width, decoderWidth, { init: xavierUniform });
    this.maskToken = new Param([1, 1, decoderWidth], normal(0.02));
    this.decoderPosEmbed = new StoredPositions(this.patchEmbed.grid, decoderWidth);
    this.decoderBlocks = blocksOf(
      config.decoderDepth,
      decoderWidth,
      config.decoderHeads,
      config.decoderMlpDim,
      epsilon,
    );
    this.decoderNorm = new LayerNorm(decoderWidth, epsilon);
    this.decoderPred = new Linear(decoderWidth, patchSize ** 2 * channels, { init: xavierUniform });
  }

  /**
   * The pixels of every patch as it takes them to be, by row, column, channel: [b, h, w, c] -> [b, n, p·p·c]. What it says of patches that
   * it has seen was never trained.
   * @throws {ShapeError} if the masking is of other pictures.
   */
  forward(images: Tensor4D, ctx: Context = {}, { masking }: MaeInputs = {}): Tensor3D {
    return tidy(() => {
      const seen = this.maskingFor(images, masking);
      return output(ctx, this.decode(this.encode(images, ctx, { masking: seen }), seen, this.gridOf(images), ctx));
    });
  }

  /** Tokens of the seen patches after the last norm, the class token first: [b, h, w, c] -> [b, 1 + seen, d] */
  encode(images: Tensor4D, ctx: Context = {}, { masking }: MaeInputs = {}): Tensor3D {
    return tidy(() => {
      const patches = this.patchEmbed.forward(images, within(ctx, "patch_embed"));
      const placed = add<Tensor3D>(prependTokens(patches, [this.clsToken]), this.posEmbed.table(this.gridOf(images)));
      const kept = keep(placed, this.maskingFor(images, masking));
      return this.norm.forward(through(this.blocks, kept, ctx, "blocks"), within(ctx, "norm"));
    });
  }

  /**
   * The mean squared error of the hidden patches: He et al. 2021, section 3. Differentiable in the parameters.
   * @throws {ShapeError} if the masking is of other pictures.
   * @throws {TesseraError} if it hides nothing.
   */
  loss(images: Tensor4D, masking: Masking, ctx: Context = {}): Scalar {
    if (masking.seen === masking.patches)
      throw new TesseraError("Mae.loss: expected hidden patches, got none; raise the ratio");
    return tidy(() => {
      const predicted = this.forward(images, ctx, { masking });
      const errors = mean<Tensor2D>(square(sub<Tensor3D>(predicted, this.target(images))), 2);
      const hidden = hiddenPatches(masking);
      return sum(mul(reshape(errors, [-1]), tensor1d(hidden.map((one) => one / total(hidden)))));
    });
  }

  /** What the loss asks for: the patches' pixels, standardised where the config says so. [b, h, w, c] -> [b, n, p·p·c] */
  target(images: Tensor4D): Tensor3D {
    return tidy(() => {
      const pixels = patchPixels(images, this.config.patchSize);
      return this.config.normalizedPixels ? standardized(pixels) : pixels;
    });
  }

  /** The picture that a prediction makes up: [b, n, p·p·c] -> [b, h, w, c], the given shape. */
  picture(predicted: Tensor3D, image: Tensor4D["shape"]): Tensor4D {
    return pictureOf(predicted, image, this.config.patchSize);
  }

  /** Tokens of seen patches -> pixels of all: [b, 1 + seen, d] -> [b, n, p·p·c] */
  private decode(encoded: Tensor3D, masking: Masking, grid: readonly [number, number], ctx: Context): Tensor3D {
    const embedded = this.decoderEmbed.forward(encoded, within(ctx, "decoder_embed"));
    const placed = add<Tensor3D>(spread(embedded, masking, this.maskToken), this.decoderPosEmbed.table(grid));
    const tokens = through(this.decoderBlocks, placed, ctx, "decoder_blocks");
    const normed = this.decoderNorm.forward(tokens, within(ctx, "decoder_norm"));
    const [, patches] = splitPrefix(this.decoderPred.forward(normed, within(ctx, "decoder_pred")), 1);
    return patches;
  }

  private maskingFor(images: Tensor4D, masking?: Masking): Masking {
    const [b] = sizes(images, ["b", "h", "w", "c"], "Mae") as [number];
    const [rows, columns] = this.gridOf(images);
    const patches = rows * columns;
    if (!masking) return noMasking(b, patches);
    if (masking.patches !== patches || masking.pictures !== b)
      throw new ShapeError(
        `Mae: expected the masking of ${b} pictures of ${patches} patches, got ${masking.pictures} of ${masking.patches}`,
      );
    return masking;
  }

  private gridOf({ shape: [, h, w] }: Tensor4D): [number, number] {
    return this.patchEmbed.gridOf([h, w]);
  }

  /** Of a picture of which all is seen. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1] = input;
    const [, patches = 0, d = 0] = child(this.patchEmbed, input);
    const encoded = [this.posEmbed, ...this.blocks, this.norm].reduce((shape, part) => child(part, shape), [
      b,
      1 + patches,
      d,
    ] as Shape);
    const decoder = [this.decoderPosEmbed, ...this.decoderBlocks, this.decoderNorm, this.decoderPred];
    const decoded = decoder.reduce((shape, part) => child(part, shape), child(this.decoderEmbed, encoded));
    return { output: [b, patches, decoded.at(-1)!] };
  }
}

/** Blocks whose weights start as those of He et al. 2021, appendix A.1. */
function blocksOf(depth: number, width: number, heads: number, mlpDim = 4 * width, epsilon: number): EncoderBlock[] {
  const init = xavierUniform;
  return repeat(
    depth,
    () =>
      new EncoderBlock({
        width,
        heads,
        epsilon,
        attn: new Attention({ width, heads, init }),
        mlp: new Mlp({ width, hidden: mlpDim, init }),
      }),
  );
}

function through(blocks: readonly EncoderBlock[], x: Tensor3D, ctx: Context, name: string): Tensor3D {
  return blocks.reduce((tokens, block, i) => block.forward(tokens, within(ctx, `${name}.${i}`)), x);
}

function total(values: Float32Array): number {
  return values.reduce((a, b) => a + b, 0);
}
