// A transformer of one's own, built from core's blocks: SwiGLU blocks over fixed 2-D positions, mean pooling, and a
// deeper block mixed in. Nothing is registered anywhere: a model is a class whose fields are its parts.
import { type Tensor2D, type Tensor3D, type Tensor4D, add, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  EncoderBlock,
  Head,
  Module,
  PatchEmbed,
  Pooling,
  RmsNorm,
  SwiGlu,
  output,
  repeat,
  sincos2d,
  within,
} from "@tessera/core";

const width = 64;

/** 32×32 pictures, 4×4 patches, ten classes. */
export class TinyTransformer extends Module {
  override readonly headPaths = ["head"];
  readonly embed = new PatchEmbed({ imageSize: 32, patchSize: 4, width });
  readonly positions = sincos2d({ width });
  readonly blocks = repeat(
    4,
    (i) =>
      new EncoderBlock({
        width,
        heads: 4,
        layerScale: 1e-2,
        dropPath: 0.1 * (i / 3),
        mlp: new SwiGlu({ width, hidden: 96 }),
        norm: (size, epsilon) => new RmsNorm(size, epsilon),
      }),
  );
  readonly pool = new Pooling({ width, pool: "mean", norm: true });
  readonly head = new Head({ width, classes: 10 });

  /** [b, 32, 32, 3] -> [b, 10] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor2D {
    return tidy(() => {
      const patches = this.embed.forward(images, within(ctx, "embed")); // [b, 64, d]
      let x: Tensor3D = add(patches, this.positions.table(this.embed.grid));
      for (const [i, block] of this.blocks.entries()) x = block.forward(x, within(ctx, `blocks.${i}`));
      return output(ctx, this.head.forward(this.pool.forward(x, ctx), ctx));
    });
  }
}
