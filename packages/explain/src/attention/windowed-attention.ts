import { type Tensor, type Tensor4D, keep, tidy } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Explained } from "../explained.ts";
import type { Heatmap } from "../heatmap.ts";

/** Attention of one block inside windows. */
export interface WindowedBlock {
  /** Of the attention layer, such as `layers.0.blocks.1.attn`. */
  path: string;
  heads: number;
  images: number;
  /** Of the block's tokens. */
  grid: readonly [rows: number, columns: number];
  /** Softmax weights [b · windows, heads, area, area] */
  values: Float32Array;
  /** Tokens of a window. */
  area: number;
  /** Where among the windows' tokens each token of the grid is: window · area + place. */
  places: Int32Array;
}

/**
 * Attention of every block that looks inside windows, by one forward: Swin's. [b, h, w, c]
 * @throws {TesseraError} if the model has none.
 */
export async function windowedAttention(model: Explained, images: Tensor4D): Promise<WindowedBlock[]> {
  const found = new Map<string, { weights?: Tensor; places: Tensor }>();
  tidy(() => {
    model.forward(images, {
      capture(path, compute) {
        const [, layer = "", what] = /^(.*)\.(places|weights)$/.exec(path) ?? [];
        if (what === "places") found.set(layer, { places: keep(compute().clone()) });
        const there = found.get(layer);
        if (what === "weights" && there) there.weights = keep(compute().clone());
      },
    });
  });
  try {
    if (found.size === 0) throw new TesseraError("windowedAttention: expected a model with attention inside of windows, got one without"); // prettier-ignore
    const blocks: WindowedBlock[] = [];
    for (const [path, { places, weights }] of found) {
      const [, heads, area] = weights!.shape as Tensor4D["shape"];
      const values = Float32Array.from(await weights!.data<"float32">());
      const grid = places.shape as [number, number];
      blocks.push({ path, heads, images: images.shape[0], grid, values, area, places: Int32Array.from(await places.data()) }); // prettier-ignore
    }
    return blocks;
  } finally {
    for (const { places, weights } of found.values()) for (const tensor of [places, weights]) tensor?.dispose();
  }
}

export interface WindowedHeatmapOptions {
  /** Of several pictures. @default 0 */
  image?: number;
  /** From 0. @default the mean of all */
  head?: number;
  /** The token of the block's grid that looks. @default none: how much each is looked at by all of its window */
  from?: { row: number; column: number };
}

/**
 * Attention inside windows, mapped back to the picture: where one token looks, or how much each token is looked at.
 * @throws {TesseraError} if there is no such picture, head or token.
 */
export function windowedHeatmap(block: WindowedBlock, options: WindowedHeatmapOptions = {}): Heatmap {
  const { image = 0, head, from } = options;
  const { heads, images, area, values, places, grid: [rows, columns] } = block; // prettier-ignore
  if (!isIndex(image, images)) throw absent("picture", images, image);
  if (head !== undefined && !isIndex(head, heads)) throw absent("head", heads, head);
  if (from && !(isIndex(from.row, rows) && isIndex(from.column, columns))) {
    throw new TesseraError(
      `windowedHeatmap: expected a token among ${rows} rows and ${columns} columns, from 0, got row ${from.row}, column ${from.column}`,
    );
  }
  const windows = values.length / (images * heads * area * area);
  const chosen = head === undefined ? [...Array(heads).keys()] : [head];
  const looking = from && places[from.row * columns + from.column]!;
  const seen = Float32Array.from(places, (place) => {
    const window = Math.floor(place / area);
    if (looking !== undefined && Math.floor(looking / area) !== window) return 0;
    const queries = looking === undefined ? [...Array(area).keys()] : [looking % area];
    let sum = 0;
    for (const h of chosen) {
      const start = ((image * windows + window) * heads + h) * area * area;
      for (const query of queries) sum += values[start + query * area + (place % area)]!;
    }
    return sum / chosen.length;
  });
  return { values: seen, rows, columns };
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

function absent(what: string, count: number, got: number): TesseraError {
  return new TesseraError(`windowedHeatmap: expected a ${what} from 0 to ${count - 1}, got ${got}`);
}
