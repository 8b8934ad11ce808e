import { type Tensor4D, add, pad, reshape, tidy, tile } from "@tensorflow/tfjs-core";
import {
  type Context,
  Conv2d,
  type Description,
  type Initializer,
  Module,
  type Shape,
  output,
  uniform,
  within,
  fans,
  zeros,
} from "@tessera/core";
import type { PyramidBackbone } from "../backbone.ts";

/** Pixels to a place of each map. */
export const STRIDES = [4, 8, 16, 32] as const;

/** detectron2's `c2_xavier_fill`: uniform by fan in. */
const xavierByInputs: Initializer = (random, shape) => uniform(Math.sqrt(3 / fans(shape).fanIn))(random, shape);

/**
 * Feature pyramid, Lin et al. 2017: the maps of a network get one width, and each takes in the next coarser one, twice enlarged. Paths
 * are detectron2's; the network's own are under `bottom_up`.
 */
export class Fpn extends Module {
  readonly bottomUp: PyramidBackbone["body"];
  readonly fpnLateral2: Conv2d;
  readonly fpnOutput2: Conv2d;
  readonly fpnLateral3: Conv2d;
  readonly fpnOutput3: Conv2d;
  readonly fpnLateral4: Conv2d;
  readonly fpnOutput4: Conv2d;
  readonly fpnLateral5: Conv2d;
  readonly fpnOutput5: Conv2d;

  constructor({ body, channels }: PyramidBackbone, width: number) {
    super();
    const how = { outputs: width, init: xavierByInputs, biasInit: zeros };
    const lateral = (inputs: number) => new Conv2d({ ...how, inputs, size: 1 });
    const smooth = () => new Conv2d({ ...how, inputs: width, size: 3, padding: 1 });
    this.bottomUp = body;
    [this.fpnLateral2, this.fpnOutput2] = [lateral(channels[0]), smooth()];
    [this.fpnLateral3, this.fpnOutput3] = [lateral(channels[1]), smooth()];
    [this.fpnLateral4, this.fpnOutput4] = [lateral(channels[2]), smooth()];
    [this.fpnLateral5, this.fpnOutput5] = [lateral(channels[3]), smooth()];
  }

  /** p2 to p5 of pictures that are padded to whole places of p5: [b, h, w, 3] -> four [b, h′, w′, width] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor4D[] {
    return tidy(() => {
      const maps = this.bottomUp.featureMaps(padded(images), [-4, -3, -2, -1], within(ctx, "bottom_up"));
      let coarser: Tensor4D | undefined;
      const pyramid = this.levels.map(([lateral, smooth], i) => {
        const level = 5 - i;
        const map = lateral.forward(maps[level - 2]!, within(ctx, `fpn_lateral${level}`));
        coarser = coarser ? add(map, enlarged(coarser)) : map;
        return output(within(ctx, `p${level}`), smooth.forward(coarser, within(ctx, `fpn_output${level}`)));
      });
      return pyramid.reverse();
    });
  }

  /** The coarsest first. */
  private get levels(): readonly (readonly [lateral: Conv2d, smooth: Conv2d])[] {
    return [
      [this.fpnLateral5, this.fpnOutput5],
      [this.fpnLateral4, this.fpnOutput4],
      [this.fpnLateral3, this.fpnOutput3],
      [this.fpnLateral2, this.fpnOutput2],
    ];
  }

  /** The output is that of p5. */
  override describe([b = 1, h = 1, w = 1]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const whole = [h, w].map((side) => Math.ceil(side / STRIDES[3]) * STRIDES[3]);
    child(this.bottomUp, [b, ...whole, 3]);
    const [p5] = this.levels.map(([lateral, smooth], i) => {
      const grid = whole.map((side) => side / STRIDES[3 - i]!);
      return child(smooth, child(lateral, [b, ...grid, lateral.config.inputs]));
    });
    return { output: p5! };
  }
}

/** Zeros to the right and below, to whole places of the coarsest map. */
function padded(images: Tensor4D): Tensor4D {
  const [, h, w] = images.shape;
  const [rows, columns] = [h, w].map((side) => -side & (STRIDES[3] - 1)) as [number, number];
  return rows + columns === 0 ? images : pad(images, [[0, 0], [0, rows], [0, columns], [0, 0]]); // prettier-ignore
}

/** Every place twice along each side: [b, h, w, c] -> [b, 2h, 2w, c] */
function enlarged(map: Tensor4D): Tensor4D {
  const [b, h, w, c] = map.shape;
  const wide = tile(reshape(map, [b * h * w, 1, c]), [1, 2, 1]);
  return reshape(tile(reshape(wide, [b * h, 1, 2 * w * c]), [1, 2, 1]), [b, 2 * h, 2 * w, c]);
}
