import { type Tensor, type Tensor4D, keep, tidy } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { type Explained, type TokenLayout, layoutOf } from "../explained.ts";

/** Where the tokens of one block look. */
export interface BlockAttention {
  /** Of the attention layer, such as `blocks.3.attn`. */
  path: string;
  heads: number;
  /** Softmax weights [b, heads, n, n]: how much each token (row) takes from each (column). */
  values: Float32Array;
}

/** Attention of every block that sees all tokens at once, from the first to the last. */
export interface AttentionMaps extends TokenLayout {
  images: number;
  /** n, with those before the patches. */
  tokens: number;
  blocks: BlockAttention[];
}

export interface AttentionOptions {
  /** How tokens lie, for a model that does not say it. @default as the model's patch embedding says */
  layout?: TokenLayout;
}

const WEIGHTS = ".weights";
const PLACES = ".places";

/** Tells during one forward what attention among all tokens offers, [b, heads, n, n], from what attention inside windows does. */
export class SelfAttentionFinder {
  readonly #windowed = new Set<string>();

  /** True for attention among all tokens. What is inside windows says first where its tokens lie. */
  readonly takes = (path: string, { shape }: Tensor): boolean => {
    if (path.endsWith(PLACES)) this.#windowed.add(path.slice(0, -PLACES.length));
    if (!path.endsWith(WEIGHTS) || this.#windowed.has(path.slice(0, -WEIGHTS.length))) return false;
    return shape.length === 4 && shape[2] === shape[3];
  };

  /** What there is to say of a model in which nothing was found. */
  absent(where: string): TesseraError {
    return new TesseraError(
      this.#windowed.size > 0
        ? `${where}: expected a model whose tokens all look at each other, got one that looks inside of windows; windowedAttention maps that back, gradCam and occlusion ask for no attention`
        : `${where}: expected a model with attention among its tokens, got one without; gradCam and occlusion ask for none`,
    );
  }
}

/** Of several attentions in a model, those over the most tokens: TNT's among patches, and not those among the words of one. */
export function overAllTokens<T>(
  found: readonly (readonly [path: string, T])[],
  tokensOf: (one: T) => number,
): [string, T][] {
  const most = Math.max(0, ...found.map(([, one]) => tokensOf(one)));
  return found.filter(([, one]) => tokensOf(one) === most).map(([path, one]) => [path, one]);
}

/**
 * Attention weights of every block, by one forward: [b, h, w, c].
 * @throws {TesseraError} if the model has no attention among tokens.
 */
export async function attentionMaps(
  model: Explained,
  images: Tensor4D,
  { layout }: AttentionOptions = {},
): Promise<AttentionMaps> {
  const found: [string, Tensor4D][] = [];
  const finder = new SelfAttentionFinder();
  tidy(() => {
    model.forward(images, {
      capture(path, compute) {
        if (!path.endsWith(WEIGHTS) && !path.endsWith(PLACES)) return;
        const value = compute();
        if (finder.takes(path, value)) found.push([path, keep(value.clone()) as Tensor4D]);
      },
    });
  });
  try {
    const chosen = overAllTokens(found, ({ shape }) => shape[2]);
    const [first] = chosen;
    if (!first) throw finder.absent("attentionMaps");
    const [b, , n] = first[1].shape;
    const blocks: BlockAttention[] = [];
    for (const [path, value] of chosen) {
      const values = Float32Array.from(await value.data<"float32">());
      blocks.push({ path: path.slice(0, -WEIGHTS.length), heads: value.shape[1], values });
    }
    return { ...layoutOf(model, images, n, layout), images: b, tokens: n, blocks };
  } finally {
    for (const [, value] of found) value.dispose();
  }
}
