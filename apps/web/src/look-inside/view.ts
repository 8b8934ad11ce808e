import { batch, computed, signal } from "@preact/signals";
import { examples } from "../state/picture.ts";
import type { MapName } from "../worker/calls.ts";

/** Steps of a picture through a model, in the order of the idea. */
export const steps = ["cut", "project", "place", "attend", "classify"] as const;
export type Step = (typeof steps)[number];

/** What lies over the picture. */
export type Method = MapName | "attention";
export const methods: readonly Method[] = ["relevance", "rollout", "attention", "gradCam"];

export interface Patch {
  row: number;
  column: number;
}

export const method = signal<Method>("relevance");
/** From 0; undefined for the last. */
export const block = signal<number | undefined>(undefined);
/** From 0; undefined for all together. */
export const head = signal<number | undefined>(undefined);
export const target = signal<number | "predicted">("predicted");
/** The one that was chosen, and the one that is pointed at. */
export const chosen = signal<Patch | undefined>(undefined);
export const pointed = signal<Patch | undefined>(undefined);
export const patch = computed(() => pointed.value ?? chosen.value);
/** The step that is unfolded. */
export const step = signal<Step | undefined>(undefined);

/** What is looked at, for an address. Nothing of a user's picture or files. */
export function viewOf(example: string | undefined): URLSearchParams {
  const view = new URLSearchParams();
  const put = (name: string, value: string | number | undefined) =>
    value !== undefined && view.set(name, String(value));
  put("show", method.value === "relevance" ? undefined : method.value);
  put("block", block.value);
  put("head", head.value);
  put("patch", chosen.value && `${chosen.value.row},${chosen.value.column}`);
  put("class", target.value === "predicted" ? undefined : target.value);
  put("step", step.value);
  put("picture", example === examples[0]!.name ? undefined : example);
  return view;
}

/** Takes what an address says, as far as it makes sense; the rest is as it is at first. */
export function takeView(view: URLSearchParams): void {
  const count = (name: string) => (/^\d{1,4}$/.test(view.get(name) ?? "") ? Number(view.get(name)) : undefined);
  const [, row, column] = /^(\d{1,3}),(\d{1,3})$/.exec(view.get("patch") ?? "") ?? [];
  batch(() => {
    method.value = methods.find((name) => name === view.get("show")) ?? "relevance";
    block.value = count("block");
    head.value = count("head");
    target.value = count("class") ?? "predicted";
    chosen.value = row === undefined ? undefined : { row: Number(row), column: Number(column) };
    step.value = steps.find((name) => name === view.get("step"));
  });
}
