import { batch, effect, signal, untracked } from "@preact/signals";
import { engine } from "../engine.ts";
import { keepInAddress, opened } from "../state/address.ts";
import { announce } from "../state/announce.ts";
import { addressedModel } from "../state/model-address.ts";
import { type ShownPicture, examples, picture, showExample } from "../state/picture.ts";
import { SetupChoice, backendNamed, isIncomplete } from "../state/setup.ts";
import { availableBackends } from "../state/survey.ts";
import { Task } from "../state/task.ts";
import type { Compared } from "../worker/calls.ts";

export const sides = { left: new SetupChoice(), right: new SetupChoice() };
const named = Object.entries(sides);

/** Both answers, and the picture that they are of. */
export const task = new Task<Compared & { of: ShownPicture }>("They could not be compared");
const isOpen = signal(false);

// What is best here beside the slowest, which is plain JavaScript, until somebody chooses.
let areChosen = false;
effect(() => {
  const slowest = availableBackends.value.at(-1);
  if (slowest && !areChosen) untracked(() => (sides.right.backend.value = slowest));
});

/** Checkpoints of the two papers, of like size. */
const papers = {
  left: "timm/vit_small_patch16_224.augreg_in21k_ft_in1k",
  right: "timm/tnt_s_patch16_224.in1k",
};

/** A ViT on the left, a TNT on the right; nothing is fetched before they are compared. */
export function choosePapers(): void {
  areChosen = true;
  batch(() => {
    for (const side of ["left", "right"] as const) {
      sides[side].model.value = { kind: "address", address: papers[side] };
      sides[side].backend.value = "auto";
    }
  });
}

export function canCompare(): boolean {
  return (
    availableBackends.value.length > 0 &&
    !task.running.value &&
    !named.some(([, side]) => isIncomplete(side.setup.value))
  );
}

/** Asks both of the picture, or of an example if there is none. */
export async function compareSides(): Promise<void> {
  const setups = [sides.left.setup.value, sides.right.setup.value] as const;
  const result = await task.run(async (how) => {
    if (!picture.value) await showExample(examples[0]!);
    const of = picture.value!;
    return { ...(await engine.call("compare", { sides: setups, picture: of.blob, maps: true }, how)), of };
  });
  if (result)
    announce(result.sides.map(({ ready, top }) => `${ready.model} on ${ready.backend}: ${top[0]!.label}`).join(", "));
}

effect(() => {
  if (!isOpen.value) return;
  const view = new URLSearchParams();
  for (const [name, { model, backend, precision }] of named) {
    view.set(name, precision.value === "f32" ? backend.value : `${backend.value},${precision.value}`);
    // Of files nothing is told; another hub's address is for its user alone.
    if (model.value.kind === "address" && !model.value.endpoint) view.set(`${name}-model`, model.value.address);
  }
  if (picture.value?.isExample) view.set("picture", picture.value.name);
  keepInAddress({ tab: "compare", view });
});

/** Opens the tab with what its address says; the returned function closes it. */
export function openTab(): () => void {
  const stop = effect(() => {
    const { tab, view } = opened.value;
    if (tab === "compare" && view.size > 0) untracked(() => void take(view));
  });
  isOpen.value = true;
  return () => {
    stop();
    isOpen.value = false;
    task.cancel();
  };
}

/** Takes what an address says, as far as it makes sense. Nothing is fetched for it but an example of the site's own. */
async function take(view: URLSearchParams): Promise<void> {
  batch(() => {
    for (const [name, side] of named) {
      const [backend, precision] = (view.get(name) ?? "").split(",");
      const found = backendNamed(backend);
      if (found) [areChosen, side.backend.value] = [true, found];
      if (precision === "f16") side.precision.value = precision;
      side.model.value = addressedModel(view.get(`${name}-model`)) ?? side.model.value;
    }
  });
  const example = examples.find(({ name }) => name === view.get("picture"));
  if (example) await showExample(example).catch(() => undefined);
}
