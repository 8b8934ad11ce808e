import { type Tensor3D, type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import {
  type BlockInputs,
  type Context,
  Conv2d,
  type Description,
  LayerNorm,
  Module,
  type Shape,
  repeat,
  resize,
  within,
  xavierUniform,
  zeros,
} from "@tessera/core";
import { EncoderLayer } from "@tessera/detr";
import type { StyTr2Config } from "./config.ts";
import { EPSILON, StyleLayer } from "./layers/style-layer.ts";

/** Places of a side of the map that positions are made on. */
const PLACES = 18;

/** Tokens look at each other, layer by layer. */
class Encoder extends Module {
  readonly layers: EncoderLayer[];

  constructor({ width, heads, mlpDim, encoderDepth, dropout }: StyTr2Config) {
    super();
    this.layers = repeat(encoderDepth, () => new EncoderLayer({ width, heads, mlpDim, dropout }));
  }

  forward(x: Tensor3D, ctx: Context, inputs: BlockInputs = {}): Tensor3D {
    return this.layers.reduce((tokens, layer, i) => layer.forward(tokens, within(ctx, `layers.${i}`), inputs), x);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.layers.reduce((shape, layer) => child(layer, shape), input) };
  }
}

/** Content takes style in, layer by layer. */
class Decoder extends Module {
  readonly layers: StyleLayer[];
  readonly norm: LayerNorm;

  constructor({ width, heads, mlpDim, decoderDepth, dropout }: StyTr2Config) {
    super();
    this.layers = repeat(decoderDepth, () => new StyleLayer({ width, heads, mlpDim, dropout }));
    this.norm = new LayerNorm(width, EPSILON);
  }

  forward(content: Tensor3D, ctx: Context, style: Tensor3D, positions: Tensor3D): Tensor3D {
    const seen = this.layers.reduce(
      (tokens, layer, i) => layer.forward(tokens, within(ctx, `layers.${i}`), style, positions),
      content,
    );
    return this.norm.forward(seen, within(ctx, "norm"));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return {
      output: child(
        this.norm,
        this.layers.reduce((shape, layer) => child(layer, shape), input),
      ),
    };
  }
}

/** An encoder of content, one of style, and a decoder from the one to the other: Deng et al. 2022, figure 2. */
export class StyleTransformer extends Module {
  readonly encoderC: Encoder;
  readonly encoderS: Encoder;
  readonly decoder: Decoder;
  /** Of positions. */
  readonly newPs: Conv2d;

  constructor(config: StyTr2Config) {
    super();
    const { width } = config;
    this.encoderC = new Encoder(config);
    this.encoderS = new Encoder(config);
    this.decoder = new Decoder(config);
    this.newPs = new Conv2d({ inputs: width, outputs: width, size: 1, init: xavierUniform, biasInit: zeros });
  }

  /** Maps of content [b, h, w, d] and of style [b, h′, w′, d] -> [b, h, w, d] */
  forward(content: Tensor4D, ctx: Context, style: Tensor4D): Tensor4D {
    return tidy(() => {
      const positions = tokensOf(this.positions(content, ctx));
      const inputs = { queryPositions: positions, keyPositions: positions };
      const of = this.encoderC.forward(tokensOf(content), within(ctx, "encoder_c"), inputs);
      const like = this.encoderS.forward(tokensOf(style), within(ctx, "encoder_s"));
      return reshape(this.decoder.forward(of, within(ctx, "decoder"), like, positions), content.shape);
    });
  }

  /**
   * Content-aware positions: of what lies in each of 18 × 18 parts of the picture, whatever its size, so that they change with what it
   * shows and not with its scale. Deng et al. 2022, section 3.1. [b, h, w, d] -> [b, h, w, d]
   */
  private positions(content: Tensor4D, ctx: Context): Tensor4D {
    const [, h, w] = content.shape;
    const parts = this.newPs.forward(resize(content, [PLACES, PLACES], "average"), within(ctx, "new_ps"));
    const positions = resize(parts, [h, w], "bilinear");
    within(ctx, "positions").capture?.("", () => positions);
    return positions;
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1, d = 1] = input;
    child(this.newPs, [b, PLACES, PLACES, d]);
    const content = child(this.encoderC, [b, h * w, d]);
    child(this.encoderS, content);
    child(this.decoder, content);
    return { output: input };
  }
}

/** [b, h, w, d] -> [b, h · w, d] */
function tokensOf(map: Tensor4D): Tensor3D {
  const [b, h, w, d] = map.shape;
  return reshape(map, [b, h * w, d]);
}
