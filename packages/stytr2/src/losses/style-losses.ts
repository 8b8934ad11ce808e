import { type Scalar, type Tensor, type Tensor4D, add, mean, mul, square, sub, tidy } from "@tensorflow/tfjs-core";
import { ShapeError } from "@tessera/core";
import { normalized, statistics } from "./statistics.ts";

/** Maps of a loss network, from its first layers to its last: five of VGG-19, `relu1_1` to `relu5_1`. */
export type Features = readonly Tensor4D[];

/** A picture and what the loss network sees in it. */
export interface Seen {
  picture: Tensor4D;
  features: Features;
}

/** What the losses compare. */
export interface StyleViews {
  content: Seen;
  style: Seen;
  /** The content in the style's manner; its picture itself is not compared. */
  stylised: Pick<Seen, "features">;
  /** The content in its own manner. */
  contentAgain: Seen;
  /** The style in its own manner. */
  styleAgain: Seen;
}

/** What each part counts. */
export interface StyleWeights {
  content: number;
  style: number;
  /** Pixels of pictures in their own manner. */
  identity1: number;
  /** Features of them. */
  identity2: number;
}

/** Of the released training script. */
export const styTr2Weights: StyleWeights = { content: 7, style: 10, identity1: 70, identity2: 1 };

/** Each part, not weighted. */
export type StyleLosses = Record<keyof StyleWeights, Scalar>;

/**
 * The losses of StyTr2: Deng et al. 2022, section 3.4. Content is compared by the normalised maps of the last two layers, style by mean and
 * deviation of all, and a picture in its own manner has to be itself.
 *
 * @throws {ShapeError} unless all have the same number of maps, two or more.
 */
export function styleLosses({ content, style, stylised, contentAgain, styleAgain }: StyleViews): StyleLosses {
  const counts = [content, style, stylised, contentAgain, styleAgain].map(({ features }) => features.length);
  if (counts[0]! < 2 || new Set(counts).size > 1)
    throw new ShapeError(`styleLosses: expected as many features of each, two or more, got ${counts.join(", ")}`);
  return tidy(() => {
    const last = [-1, -2].map((at) =>
      squaredError(normalized(stylised.features.at(at)!), normalized(content.features.at(at)!)),
    );
    const manner = stylised.features.flatMap((map, i) => {
      const [of, wanted] = [statistics(map), statistics(style.features[i]!)];
      return [squaredError(of.mean, wanted.mean), squaredError(of.std, wanted.std)];
    });
    const again = [[contentAgain, content] as const, [styleAgain, style] as const];
    return {
      content: total(last),
      style: total(manner),
      identity1: total(again.map(([drawn, own]) => squaredError(drawn.picture, own.picture))),
      identity2: total(
        again.flatMap(([drawn, own]) => drawn.features.map((map, i) => squaredError(map, own.features[i]!))),
      ),
    };
  });
}

/** Their weighted sum. */
export function styleLoss(views: StyleViews, weights: StyleWeights = styTr2Weights): Scalar {
  return tidy(() => {
    const losses = styleLosses(views);
    const parts = Object.keys(weights) as (keyof StyleWeights)[];
    return total(parts.map((part) => mul<Scalar>(losses[part], weights[part])));
  });
}

function squaredError(a: Tensor, b: Tensor): Scalar {
  return mean(square(sub(a, b)));
}

function total(parts: readonly Scalar[]): Scalar {
  return parts.reduce((sum, part) => add(sum, part));
}
