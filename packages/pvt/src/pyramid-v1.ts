import { type Tensor3D, type Tensor4D, add, reshape } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  LayerNorm,
  LearnedPositions,
  Module,
  Param,
  type Shape,
  mapOf,
  output,
  pair,
  prependTokens,
  truncNormal,
  within,
} from "@tessera/core";
import { Blocks } from "./blocks.ts";
import { type PvtConfig, epsilonsOf, stages } from "./config.ts";
import { gridsOf } from "./grids.ts";
import type { Pyramid } from "./pyramid.ts";
import { StageEmbed } from "./stage-embed.ts";

const LAST = 3;

/**
 * Four stages of patches side by side, each with positions of its own, and a class token in the last: Wang et al. 2021,
 * figure 3. Parameters have the paths of the authors' release, as timm has no such model.
 */
export class PyramidV1 extends Module implements Pyramid {
  override readonly flatten = true;
  readonly patchEmbed1: StageEmbed;
  readonly patchEmbed2: StageEmbed;
  readonly patchEmbed3: StageEmbed;
  readonly patchEmbed4: StageEmbed;
  readonly posEmbed1: LearnedPositions;
  readonly posEmbed2: LearnedPositions;
  readonly posEmbed3: LearnedPositions;
  readonly posEmbed4: LearnedPositions;
  readonly block1: Blocks;
  readonly block2: Blocks;
  readonly block3: Blocks;
  readonly block4: Blocks;
  readonly norm: LayerNorm;
  readonly clsToken: Param;

  constructor(config: PvtConfig) {
    super();
    const { widths } = config;
    const grids = gridsOf(config, pair(config.imageSize));
    const embeds = stages((stage) => new StageEmbed(config, stage));
    const positions = stages((stage) => {
      const [grid, width, prefix] = [grids[stage], widths[stage], prefixOf(stage)];
      return new LearnedPositions({ grid, width, prefix, rule: "pvt" });
    });
    [this.patchEmbed1, this.patchEmbed2, this.patchEmbed3, this.patchEmbed4] = embeds;
    [this.posEmbed1, this.posEmbed2, this.posEmbed3, this.posEmbed4] = positions;
    [this.block1, this.block2, this.block3, this.block4] = stages((stage) => new Blocks(config, stage));
    this.norm = new LayerNorm(widths[LAST], epsilonsOf(config).others);
    this.clsToken = new Param([1, 1, widths[LAST]], truncNormal(0.02));
  }

  maps(images: Tensor4D, last: number, ctx: Context): Tensor4D[] {
    const maps: Tensor4D[] = [];
    for (let stage = 0; stage <= last; stage++) {
      const { tokens, grid } = this.through(stage, maps.at(-1) ?? images, ctx);
      maps.push(mapOf(tokens, prefixOf(stage), grid));
    }
    return maps;
  }

  encode(images: Tensor4D, ctx: Context): Tensor3D {
    const before = this.maps(images, LAST - 1, ctx).at(-1)!;
    return this.norm.forward(this.through(LAST, before, ctx).tokens, within(ctx, "norm"));
  }

  /** One stage, from the map before it. */
  private through(stage: number, x: Tensor4D, ctx: Context): { tokens: Tensor3D; grid: [number, number] } {
    const { embed, positions, blocks } = this.stages[stage]!;
    const map = embed.forward(x, within(ctx, `patch_embed${stage + 1}`));
    const [b, rows, columns, d] = map.shape;
    const patches = reshape(map, [b, rows * columns, d]) as Tensor3D;
    const tokens = prependTokens(patches, stage === LAST ? [this.clsToken] : []);
    const placed = add<Tensor3D>(tokens, positions.table([rows, columns]));
    const start = output(within(ctx, `pos_embed${stage + 1}`), placed);
    const inBlocks = within(ctx, `block${stage + 1}`);
    const mixed = blocks.forward(start, inBlocks, [rows, columns]);
    return { tokens: output(inBlocks, mixed), grid: [rows, columns] };
  }

  private get stages(): { embed: StageEmbed; positions: LearnedPositions; blocks: Blocks }[] {
    return [
      { embed: this.patchEmbed1, positions: this.posEmbed1, blocks: this.block1 },
      { embed: this.patchEmbed2, positions: this.posEmbed2, blocks: this.block2 },
      { embed: this.patchEmbed3, positions: this.posEmbed3, blocks: this.block3 },
      { embed: this.patchEmbed4, positions: this.posEmbed4, blocks: this.block4 },
    ];
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    let shape = input;
    for (const [stage, { embed, positions, blocks }] of this.stages.entries()) {
      const [b = 1, rows = 1, columns = 1, d = 1] = child(embed, shape);
      const tokens = [b, prefixOf(stage) + rows * columns, d];
      child(positions, tokens);
      shape = child(blocks, stage === LAST ? tokens : [b, rows, columns, d]);
    }
    return { output: child(this.norm, shape) };
  }
}

/** Tokens before the patches: a class token in the last stage. */
function prefixOf(stage: number): number {
  return stage === LAST ? 1 : 0;
}
