import { TesseraError } from "@tessera/core";

/**
 * How far classes lie apart: the mean silhouette, from −1 to 1. For each point, (b − a) / max(a, b), where a is its mean distance to its own
 * class and b to the nearest other one. Rousseeuw 1987. A point that is alone in its class counts 0.
 *
 * @param points [n, d]
 * @param labels The class of each, [n]
 * @throws {TesseraError} if there are fewer than two classes, or as many labels as points there are not.
 */
export function silhouette(points: readonly ArrayLike<number>[], labels: readonly (number | string)[]): number {
  const classes = [...new Set(labels)];
  if (points.length !== labels.length || classes.length < 2) {
    throw new TesseraError(
      `silhouette: expected a label for each point and at least two classes, got ${points.length} points, ${labels.length} labels, ${classes.length} classes`,
    );
  }
  const sizes = new Map(classes.map((one) => [one, labels.filter((label) => label === one).length]));
  const each = points.map((point, i) => {
    const own = labels[i]!;
    if (sizes.get(own) === 1) return 0;
    const far = new Map(classes.map((one) => [one, 0]));
    for (const [j, other] of points.entries()) if (j !== i) far.set(labels[j]!, far.get(labels[j]!)! + distance(point, other)); // prettier-ignore
    const a = far.get(own)! / (sizes.get(own)! - 1);
    const b = Math.min(...classes.filter((one) => one !== own).map((one) => far.get(one)! / sizes.get(one)!));
    return Math.max(a, b) > 0 ? (b - a) / Math.max(a, b) : 0;
  });
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}
