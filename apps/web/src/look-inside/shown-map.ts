import { type Heatmap, compactHeatmap, windowedHeatmap } from "@tessera/explain";
import type { Insight } from "../worker/calls.ts";
import { type Method, type Patch, block, head, method, methods, patch } from "./view.ts";

export const names: Record<Method, string> = {
  relevance: "Relevance",
  rollout: "Rollout",
  attention: "Attention",
  gradCam: "Grad-CAM",
};

/** A map, and what it shows in a sentence. */
export interface Shown {
  map: Heatmap;
  about: string;
  /** Who looks, where it is a patch. */
  patch: Patch | undefined;
}

/** Methods that this model can be asked. */
export function methodsOf({ attention, windows, maps }: Insight): Method[] {
  return methods.filter((name) => (name === "attention" ? (attention ?? windows) : maps[name]));
}

/** The method that is chosen, or the first where this model cannot be asked that. */
export function methodOf(inside: Insight): Method {
  const there = methodsOf(inside);
  return there.includes(method.value) ? method.value : there[0]!;
}

/** The block and the head that are chosen, as far as the model has them; heads are fused in what was computed beforehand. */
export function focusOf({ attention, windows }: Insight): { block: number; head: number | undefined; heads: number } {
  const blocks = attention?.blocks ?? windows ?? [];
  const last = blocks.length - 1;
  const at = Math.min(block.value ?? last, last);
  const heads = blocks[at]?.heads ?? 0;
  return { block: at, head: head.value !== undefined && head.value < heads ? head.value : undefined, heads };
}

/** Rows and columns of what looks: of patches, or of a block's own tokens where its grid is another. */
export function lookingGrid(inside: Insight): readonly [rows: number, columns: number] {
  return inside.windows?.[focusOf(inside).block]?.grid ?? inside.grid;
}

/** Where a token, or what stands for all, looks in one block; undefined of a model that looks nowhere. */
export function attentionMap(
  { attention, windows }: Insight,
  { block: at, head: one, from }: { block: number; head: number | undefined; from: Patch | undefined },
): Heatmap | undefined {
  if (attention) return compactHeatmap(attention, { block: at, head: one, from });
  const found = windows?.[at];
  return found && windowedHeatmap(found, { ...(one !== undefined && { head: one }), ...(from && { from }) });
}

/** The patch that is looked at, if the picture has it. */
export function patchOf(inside: Insight): Patch | undefined {
  const [rows, columns] = lookingGrid(inside);
  const at = patch.value;
  return at && at.row < rows && at.column < columns ? at : undefined;
}

/** What lies over the picture: where a patch looks if one is chosen, else the map of the method. */
export function shownMap(inside: Insight): Shown | undefined {
  const { attention, windows, target: { label }, maps } = inside; // prettier-ignore
  const from = patchOf(inside);
  const name = methodOf(inside);
  const focus = focusOf(inside);
  const seen = from || name === "attention" ? attentionMap(inside, { ...focus, from }) : undefined;
  if (seen) {
    const by = focus.head === undefined ? "all heads together" : `head ${focus.head}`;
    if (windows && !from) return { map: seen, about: `How much each place is looked at by those of its window in block ${focus.block}, by ${by}.`, patch: from }; // prettier-ignore
    const who = from ? `the ${windows ? "place" : "patch"} in row ${from.row}, column ${from.column}` : attention!.prefix > 0 ? "the class token" : "the mean patch"; // prettier-ignore
    return { map: seen, about: `Where ${who} looks in block ${focus.block}, by ${by}.`, patch: from };
  }
  const map = name === "attention" ? undefined : maps[name];
  return map && { map, about: abouts[name](label), patch: undefined };
}

const abouts: Record<Method, (label: string) => string> = {
  relevance: (label) => `What speaks for “${label}”: attention weighted by what each weight does for the score.`,
  rollout: () => "Where attention leads from the answer back to the picture, through all blocks. It knows no class.",
  attention: () => "Where the class token looks.",
  gradCam: (label) => `Which places speak for “${label}”, by the last features and their gradients.`,
};
