import { type Tensor3D, type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import { type Context, type Description, LayerNorm, Module, type Shape, output, within } from "@tessera/core";
import { Blocks } from "./blocks.ts";
import { type PvtConfig, type Stages, epsilonsOf, stages } from "./config.ts";
import type { Pyramid } from "./pyramid.ts";
import { StageEmbed } from "./stage-embed.ts";

/** Patches of the map before, blocks, a norm. */
class Stage extends Module {
  /** The first stage's stands before all of them, as in timm. */
  readonly downsample: StageEmbed | undefined;
  readonly blocks: Blocks;
  readonly norm: LayerNorm;

  constructor(config: PvtConfig, stage: number) {
    super();
    this.downsample = stage > 0 ? new StageEmbed(config, stage) : undefined;
    this.blocks = new Blocks(config, stage);
    this.norm = new LayerNorm(config.widths[stage]!, epsilonsOf(config).others);
  }

  /** [b, h, w, in] -> [b, h′, w′, d] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      const map = this.downsample ? this.downsample.forward(x, within(ctx, "downsample")) : x;
      const [b, rows, columns, d] = map.shape;
      const tokens: Tensor3D = reshape(map, [b, rows * columns, d]);
      const mixed = this.blocks.forward(tokens, within(ctx, "blocks"), [rows, columns]);
      const normal = this.norm.forward(mixed, within(ctx, "norm"));
      return output(ctx, reshape(normal, [b, rows, columns, d]));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const map = this.downsample ? child(this.downsample, input) : input;
    return { output: child(this.norm, child(this.blocks, map)) };
  }
}

/** Four stages of patches that overlap: Wang et al. 2022. Parameters have timm's paths and shapes. */
export class PyramidV2 extends Module implements Pyramid {
  override readonly flatten = true;
  readonly patchEmbed: StageEmbed;
  readonly stages: Stages<Stage>;

  constructor(config: PvtConfig) {
    super();
    this.patchEmbed = new StageEmbed(config, 0);
    this.stages = stages((stage) => new Stage(config, stage));
  }

  maps(images: Tensor4D, last: number, ctx: Context): Tensor4D[] {
    const maps: Tensor4D[] = [];
    let x = this.patchEmbed.forward(images, within(ctx, "patch_embed"));
    for (const [i, stage] of this.stages.slice(0, last + 1).entries()) {
      x = stage.forward(x, within(ctx, `stages.${i}`));
      maps.push(x);
    }
    return maps;
  }

  encode(images: Tensor4D, ctx: Context): Tensor3D {
    const map = this.maps(images, this.stages.length - 1, ctx).at(-1)!;
    const [b, rows, columns, d] = map.shape;
    return reshape(map, [b, rows * columns, d]);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    let map = child(this.patchEmbed, input);
    for (const stage of this.stages) map = child(stage, map);
    const [b = 1, rows = 1, columns = 1, d = 1] = map;
    return { output: [b, rows * columns, d] };
  }
}
