import type { Module, Param } from "@tessera/core";
import type { ParamGroup } from "../optimizers/optimizer.ts";
import { type LayerOf, layersOf } from "./layers.ts";

export interface ParamGroupOptions {
  /** Of what decays: neither vectors (biases, norms, layer scales) nor positions and tokens. @default 0 */
  weightDecay?: number;
  /** The rate of each layer, as a share of the next one's: Clark et al. 2020, Bao et al. 2022. @default 1 */
  layerDecay?: number;
  /** Layers, counted from 0 at the images. @default the model's own rule, else that of its `blocks` */
  layerOf?: LayerOf;
  /** What multiplies a parameter's rate, besides its layer: DETR's backbone learns at a tenth. @default 1 */
  rateOf?: (path: string) => number;
  /** Whether a parameter decays, in place of the rule above. */
  decays?: (path: string, param: Param) => boolean;
}

/**
 * Weight decay and rate of every parameter, as timm's `param_groups_layer_decay`: the last layer, with the head, has the full
 * rate.
 *
 * @throws {TesseraError} if rates decay by layer and nothing tells the layers.
 */
export function paramGroups(model: Module, options: ParamGroupOptions = {}): Map<string, ParamGroup> {
  const { weightDecay = 0, layerDecay = 1, rateOf = () => 1, decays = decaysByDefault } = options;
  const params = [...model.params()];
  const layers = layerDecay === 1 ? undefined : layersOf(model, options.layerOf);
  return new Map(
    params.map(([path, param]) => [
      path,
      {
        rateScale: rateOf(path) * (layers ? layerDecay ** (layers.last - layers.of(path)) : 1),
        weightDecay: decays(path, param) ? weightDecay : 0,
      },
    ]),
  );
}

/** Matrices do, but for positions and tokens, which stand alone in the stream as vectors do. */
export function decaysByDefault(path: string, { shape }: Param): boolean {
  return shape.length > 1 && !/_token$|(?:^|[._])pos(?:_embed)?(?:\.|$)|relative_position_bias_table$/.test(path);
}
