import { TesseraError } from "@tessera/core";
import type { Heatmap } from "../heatmap.ts";

/**
 * How alike two maps order their places: Spearman's correlation, from −1 to 1, equal values sharing their rank. For the sanity check of
 * Adebayo et al. 2018: a map of a model whose weights were drawn anew must not be like the one of the trained model, else it shows the
 * picture and not the model.
 *
 * @throws {TesseraError} if they are not of one size.
 */
export function rankCorrelation(a: Heatmap, b: Heatmap): number {
  if (a.rows !== b.rows || a.columns !== b.columns)
    throw new TesseraError(
      `rankCorrelation: expected maps of one size, got ${a.rows}×${a.columns} and ${b.rows}×${b.columns}`,
    );
  const [x, y] = [ranks(a.values), ranks(b.values)];
  const middle = (x.length - 1) / 2;
  let [both, ofX, ofY] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    both += (value - middle) * (y[i]! - middle);
    ofX += (value - middle) ** 2;
    ofY += (y[i]! - middle) ** 2;
  }
  return ofX > 0 && ofY > 0 ? both / Math.sqrt(ofX * ofY) : 0;
}

function ranks(values: Float32Array): Float64Array {
  const order = Array.from(values.keys()).sort((i, j) => values[i]! - values[j]!);
  const found = new Float64Array(values.length);
  for (let at = 0; at < order.length;) {
    let end = at + 1;
    while (end < order.length && values[order[end]!] === values[order[at]!]) end++;
    for (let i = at; i < end; i++) found[order[i]!] = (at + end - 1) / 2;
    at = end;
  }
  return found;
}
