import { type Heatmap, compactHeatmap } from "@tessera/explain";
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
export function methodsOf({ attention, maps }: Insight): Method[] {
  return methods.filter((name) => (name === "attention" ? attention : maps[name]));
}

/** The method that is chosen, or the first where this model cannot be asked that. */
export function methodOf(inside: Insight): Method {
  const there = methodsOf(inside);
  return there.includes(method.value) ? method.value : there[0]!;
}

/** The block and the head that are chosen, as far as the model has them; heads are fused in what was computed beforehand. */
export function focusOf({ attention }: Insight): { block: number; head: number | undefined; heads: number } {
  const blocks = attention?.blocks ?? [];
  const last = blocks.length - 1;
  const at = Math.min(block.value ?? last, last);
  const heads = blocks[at]?.heads ?? 0;
  return { block: at, head: head.value !== undefined && head.value < heads ? head.value : undefined, heads };
}

/** The patch that is looked at, if the picture has it. */
export function patchOf({ grid: [rows, columns] }: Insight): Patch | undefined {
  const at = patch.value;
  return at && at.row < rows && at.column < columns ? at : undefined;
}

/** What lies over the picture: where a patch looks if one is chosen, else the map of the method. */
export function shownMap(inside: Insight): Shown | undefined {
  const { attention, target: { label }, maps } = inside; // prettier-ignore
  const from = patchOf(inside);
  const name = methodOf(inside);
  const focus = focusOf(inside);
  if (attention && (from || name === "attention")) {
    const who = from ? `the patch in row ${from.row}, column ${from.column}` : attention.prefix > 0 ? "the class token" : "the mean patch"; // prettier-ignore
    const by = focus.head === undefined ? "all heads together" : `head ${focus.head}`;
    return { map: compactHeatmap(attention, { ...focus, from }), about: `Where ${who} looks in block ${focus.block}, by ${by}.`, patch: from }; // prettier-ignore
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
