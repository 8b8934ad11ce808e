import { type Tensor3D, zeros } from "@tensorflow/tfjs-core";
import { type Context, type Description, LayerNorm, Module, type Shape, output, repeat, within } from "@tessera/core";
import type { DetrConfig } from "./config.ts";
import { DecoderLayer } from "./layers/decoder-layer.ts";
import { EPSILON, EncoderLayer } from "./layers/encoder-layer.ts";

/** Where the places of a map lie, and which of them a picture covers. */
export interface Places {
  /** [b or 1, m, d] */
  positions: Tensor3D;
  /** 1 where the picture is; undefined where it is everywhere. [b, 1, m] */
  mask: Tensor3D | undefined;
}

class Encoder extends Module {
  readonly layers: EncoderLayer[];

  constructor({ encoderDepth, ...sizes }: DetrConfig) {
    super();
    this.layers = repeat(encoderDepth, () => new EncoderLayer(sizes));
  }

  /** [b, m, d] -> [b, m, d] */
  forward(x: Tensor3D, ctx: Context, { positions, mask }: Places): Tensor3D {
    const inputs = { mask, queryPositions: positions, keyPositions: positions };
    return output(
      ctx,
      this.layers.reduce((tokens, layer, i) => layer.forward(tokens, within(ctx, `layers.${i}`), inputs), x),
    );
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.layers.reduce((shape, layer) => child(layer, shape), input) };
  }
}

class Decoder extends Module {
  readonly layers: DecoderLayer[];
  readonly norm: LayerNorm;

  constructor({ decoderDepth, ...sizes }: DetrConfig) {
    super();
    this.layers = repeat(decoderDepth, () => new DecoderLayer(sizes));
    this.norm = new LayerNorm(sizes.width, EPSILON);
  }

  /**
   * What each layer makes of the queries, from no content on: memory [b, m, d], positions of queries [1, q, d] -> a [b, q, d] of each
   * layer. Each goes through the norm, which the next layer does not see.
   */
  forward(memory: Tensor3D, ctx: Context, queryPositions: Tensor3D, { positions, mask }: Places): (() => Tensor3D)[] {
    const inputs = { memory, mask, queryPositions, keyPositions: positions };
    const [, q, d] = queryPositions.shape;
    let x: Tensor3D = zeros([memory.shape[0], q, d]);
    return this.layers.map((layer, i) => {
      const queries = (x = layer.forward(x, within(ctx, `layers.${i}`), inputs));
      return () => this.norm.forward(queries, within(ctx, `norm.${i}`));
    });
  }

  /** `input` is the shape of the memory. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const queries = this.layers.map((layer) => child(layer, input)).at(-1) ?? input;
    return { output: child(this.norm, queries) };
  }
}

/** An encoder of places and a decoder of queries, as Vaswani et al. 2017 but for where positions are added. */
export class Transformer extends Module {
  readonly encoder: Encoder;
  readonly decoder: Decoder;

  constructor(config: DetrConfig) {
    super();
    this.encoder = new Encoder(config);
    this.decoder = new Decoder(config);
  }

  /** Places [b, m, d], positions of queries [1, q, d] -> a [b, q, d] of each layer of the decoder, computed when it is asked for. */
  forward(x: Tensor3D, ctx: Context, queryPositions: Tensor3D, places: Places): (() => Tensor3D)[] {
    const memory = this.encoder.forward(x, within(ctx, "encoder"), places);
    return this.decoder.forward(memory, within(ctx, "decoder"), queryPositions, places);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.decoder, child(this.encoder, input)) };
  }
}
