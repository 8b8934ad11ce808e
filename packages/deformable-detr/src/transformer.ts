import { type Tensor, type Tensor3D, concat, expandDims, mul, slice, tensor3d } from "@tensorflow/tfjs-core";
import { type Context, type Description, LayerNorm, Linear, Module, Param, type Shape, normal, output, repeat, within, xavierUniform } from "@tessera/core"; // prettier-ignore
import type { DeformableDetrConfig } from "./config.ts";
import { DecoderLayer } from "./layers/decoder-layer.ts";
import { EPSILON, EncoderLayer } from "./layers/encoder-layer.ts";
import { placeReferences } from "./positions.ts";
import { type Scene, validRatios } from "./scenes.ts";

class Encoder extends Module {
  readonly layers: EncoderLayer[];

  constructor(config: DeformableDetrConfig) {
    super();
    this.layers = repeat(config.encoderDepth, () => new EncoderLayer(config));
  }

  /** [b, s, d] -> [b, s, d] */
  forward(x: Tensor3D, ctx: Context, scene: Scene, queryPositions: Tensor3D): Tensor3D {
    const references = placeReferences(scene);
    within(ctx, "references").capture?.("", () => references);
    const inputs = { grids: scene.grids, covered: scene.mask, references, queryPositions };
    return output(
      ctx,
      this.layers.reduce((tokens, layer, i) => layer.forward(tokens, within(ctx, `layers.${i}`), inputs), x),
    );
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.layers.reduce((shape, layer) => child(layer, shape), input) };
  }
}

/** What the decoder begins with. */
export interface Queries {
  /** [b, q, d] */
  content: Tensor3D;
  /** [b, q, d] */
  positions: Tensor3D;
  /** Where they look: centres, or boxes, as shares of the picture. [b, q, 2 or 4] */
  references: Tensor3D;
}

/** What a layer's queries make of their references, for the next layer. */
export type NextReferences = (layer: number, queries: Tensor3D, references: Tensor3D) => Tensor3D;

class Decoder extends Module {
  readonly layers: DecoderLayer[];

  constructor(config: DeformableDetrConfig) {
    super();
    this.layers = repeat(config.decoderDepth, () => new DecoderLayer(config));
  }

  forward(
    memory: Tensor3D,
    ctx: Context,
    scene: Scene,
    { content, positions, references }: Queries,
    next: NextReferences,
  ): void {
    const { grids, mask: covered } = scene;
    const ratios = tensor3d(validRatios(scene).map((ratio) => [ratio]));
    const [b, q] = references.shape;
    // The same part of a reference for every map, in shares of the map with its padding.
    const onMaps = (from: Tensor3D, start: 0 | 2): Tensor3D => {
      const part = slice(from, [0, 0, start], [b, q, 2]);
      return mul(concat(grids.map(() => part), 2), ratios); // prettier-ignore
    };
    let [x, where] = [content, references];
    for (const [i, layer] of this.layers.entries()) {
      const at = { references: onMaps(where, 0), ...(where.shape[2] === 4 && { reach: onMaps(where, 2) }) };
      x = layer.forward(x, within(ctx, `layers.${i}`), { memory, grids, covered, queryPositions: positions, ...at });
      where = next(i, x, where);
    }
  }

  /** `input` is the shape of the memory. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.layers.map((layer) => child(layer, input)).at(-1) ?? input };
  }
}

/** An encoder of places and a decoder of queries, with what says where queries look first. */
export class Transformer extends Module {
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly levelEmbed: Param;
  readonly referencePoints: Linear | undefined;
  readonly encOutput: Linear | undefined;
  readonly encOutputNorm: LayerNorm | undefined;
  readonly posTrans: Linear | undefined;
  readonly posTransNorm: LayerNorm | undefined;

  constructor(config: DeformableDetrConfig) {
    super();
    const { width, levels, twoStage = false } = config;
    const linear = (inputs: number, outputs: number) => new Linear(inputs, outputs, { init: xavierUniform });
    this.encoder = new Encoder(config);
    this.decoder = new Decoder(config);
    this.levelEmbed = new Param([levels, width], normal(1));
    this.referencePoints = twoStage ? undefined : linear(width, 2);
    this.encOutput = twoStage ? linear(width, width) : undefined;
    this.encOutputNorm = twoStage ? new LayerNorm(width, EPSILON) : undefined;
    this.posTrans = twoStage ? linear(2 * width, 2 * width) : undefined;
    this.posTransNorm = twoStage ? new LayerNorm(2 * width, EPSILON) : undefined;
  }

  /** The embedding of its map for each place. -> [1, s, d] */
  levelOf({ grids }: Scene): Tensor3D {
    const table: Tensor3D = expandDims(this.levelEmbed.value as Tensor, 0);
    const ofPlaces = grids.map(([rows, columns], level) => {
      const one = slice(table, [0, level, 0], [1, 1, table.shape[2]]);
      return mul<Tensor3D>(one, tensor3d(new Float32Array(rows * columns).fill(1), [1, rows * columns, 1]));
    });
    return concat(ofPlaces, 1);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const memory = child(this.encoder, input);
    for (const part of [this.encOutput, this.encOutputNorm]) if (part) child(part, memory);
    const queries = child(this.decoder, memory);
    for (const part of [this.referencePoints]) if (part) child(part, queries);
    const [b = 1, q = 1, d = 1] = queries;
    for (const part of [this.posTrans, this.posTransNorm]) if (part) child(part, [b, q, 2 * d]);
    return { output: queries };
  }
}
