import { type Tensor, type Tensor4D, keep, tidy } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { type Explained, type TokenLayout, layoutOf, saidLayout } from "../explained.ts";

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
  #isReduced = false;

  /** True for attention among all tokens. What is inside windows says first where its tokens lie. */
  readonly takes = (path: string, { shape }: Tensor): boolean => {
    if (path.endsWith(PLACES)) this.#windowed.add(path.slice(0, -PLACES.length));
    if (!path.endsWith(WEIGHTS) || this.#windowed.has(path.slice(0, -WEIGHTS.length))) return false;
    if (shape.length !== 4) return false;
    // One token that looks at all, as in pooling, is no reduction.
    if (shape[2]! > shape[3]!) this.#isReduced = true;
    return shape[2] === shape[3];
  };

  /** True of a pyramid, whose tokens look at fewer, merged ones; then what was found is of its last stage alone. */
  get isReduced(): boolean {
    return this.#isReduced;
  }

  /** What there is to say of a model in which nothing was found. */
  absent(where: string): TesseraError {
    if (this.#isReduced) {
      return new TesseraError(
        `${where}: expected a model whose tokens all look at each other, got a pyramid whose tokens look at fewer, merged ones; gradCam and occlusion ask for no attention`,
      );
    }
    return new TesseraError(
      this.#windowed.size > 0
        ? `${where}: expected a model whose tokens all look at each other, got one that looks inside of windows; windowedAttention maps that back, gradCam and occlusion ask for no attention`
        : `${where}: expected a model with attention among its tokens, got one without; gradCam and occlusion ask for none`,
    );
  }
}

/**
 * Of several attentions in a model, those over as many tokens as its layout has, else over the most: TNT's among patches, and not
 * those among the words of one, which are more in a small picture.
 */
export function overAllTokens<T>(
  found: readonly (readonly [path: string, T])[],
  tokensOf: (one: T) => number,
  layout: TokenLayout | undefined,
): [string, T][] {
  const counts = found.map(([, one]) => tokensOf(one));
  const said = layout && layout.prefix + layout.grid[0] * layout.grid[1];
  const wanted = said !== undefined && counts.includes(said) ? said : Math.max(0, ...counts);
  return found.filter((_, i) => counts[i] === wanted).map(([path, one]) => [path, one]);
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
    const [, height, width] = images.shape;
    const chosen = overAllTokens(found, ({ shape }) => shape[2], layout ?? saidLayout(model, [height, width]));
    const [first] = chosen;
    if (!first || finder.isReduced) throw finder.absent("attentionMaps");
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
