import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { type Context, TesseraError } from "@tessera/core";

interface Patches {
  gridOf(image: readonly [number, number]): [number, number];
}

/** A classifier that can be looked into: its blocks are core's, or offer their weights to captures as core's do. */
export interface Explained {
  /** [b, h, w, c] -> [b, classes] */
  forward(images: Tensor4D, ctx?: Context): Tensor2D;
  /** Tokens before the patches. */
  readonly prefix?: number;
  /** What cuts the picture, in a ViT and in a TNT. */
  readonly patchEmbed?: Partial<Patches> | object;
  readonly pixelEmbed?: Partial<Patches> | object;
}

/** How tokens lie: some before the patches, and the patches row by row. */
export interface TokenLayout {
  prefix: number;
  grid: readonly [rows: number, columns: number];
}

/**
 * How a model's tokens lie on a picture: as its patch embedding says, or as the caller does.
 * @throws {TesseraError} if neither says it, or it does not make that many tokens.
 */
export function layoutOf(
  model: Explained,
  { shape: [, height, width] }: Tensor4D,
  tokens: number,
  given?: TokenLayout,
): TokenLayout {
  const layout = given ?? saidLayout(model, [height, width]);
  if (!layout) {
    throw new TesseraError(
      `explain: expected a model that says how its ${tokens} tokens lie, got one without patchEmbed; pass { layout: { prefix, grid } }`,
    );
  }
  const made = layout.prefix + layout.grid[0] * layout.grid[1];
  if (made !== tokens) {
    throw new TesseraError(
      `explain: expected ${tokens} tokens, got a layout of ${layout.prefix} and ${layout.grid.join(" × ")}; pass { layout: { prefix, grid } }`,
    );
  }
  return layout;
}

/** What a model's patch embedding says; undefined of one that has none. */
export function saidLayout(model: Explained, size: readonly [number, number]): TokenLayout | undefined {
  const patches = [model.patchEmbed, model.pixelEmbed].find(
    (part): part is Patches => part !== undefined && "gridOf" in part,
  );
  return patches && { prefix: model.prefix ?? 0, grid: patches.gridOf(size) };
}

/**
 * How the tokens of one block lie. Those of a pyramid, which has none before its patches, have grids of their own: as wide to the
 * picture's width as high to its height.
 * @throws {TesseraError} as `layoutOf`.
 */
export function layoutOfBlock(model: Explained, images: Tensor4D, tokens: number, given?: TokenLayout): TokenLayout {
  const [, height, width] = images.shape;
  const side = Math.sqrt((height * width) / tokens);
  const grid = [Math.round(height / side), Math.round(width / side)] as const;
  const isEven = model.prefix === undefined && grid[0] * grid[1] === tokens;
  return given ?? (isEven ? { prefix: 0, grid } : layoutOf(model, images, tokens));
}
