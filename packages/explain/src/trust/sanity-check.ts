import { type Module, truncNormal } from "@tessera/core";
import type { Heatmap } from "../heatmap.ts";
import { rankCorrelation } from "./rank-correlation.ts";

export interface SanityOptions {
  /** Of the weights that are drawn. @default 0 */
  seed?: number | string;
}

/**
 * How alike a method's maps are before and after the model's weights are drawn anew, from −1 to 1: Adebayo et al. 2018. Near 1 the method
 * shows the picture and not the model. The model has its own weights again in the end, whatever happens.
 *
 * @param explain The method: maps of the model as it is.
 * @returns the likeness of each picture's two maps.
 */
export async function sanityCheck(
  model: Module,
  explain: () => Promise<readonly Heatmap[]>,
  { seed = 0 }: SanityOptions = {},
): Promise<number[]> {
  const before = await explain();
  const own = [...model.state().values()].map((param) => ({ param, value: param.value.clone() }));
  try {
    // Heads start at zero in many models, and a map of no answer at all would pass.
    model.init(seed, (_, { shape }) => (shape.length > 1 ? truncNormal(0.02) : undefined));
    const after = await explain();
    return before.map((map, i) => rankCorrelation(map, after[i]!));
  } finally {
    for (const { param, value } of own) {
      param.set(value);
      value.dispose();
    }
  }
}
