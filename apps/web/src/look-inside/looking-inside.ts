import { computed, effect, signal, untracked } from "@preact/signals";
import { wayBackOf } from "../classify/classification.ts";
import { engine } from "../engine.ts";
import { keepInAddress, opened } from "../state/address.ts";
import { announce } from "../state/announce.ts";
import { type AddressedModel, addressedModel } from "../state/model-address.ts";
import { type ShownPicture, examples, picture, showExample } from "../state/picture.ts";
import { isIncomplete, looking } from "../state/setup.ts";
import { survey } from "../state/survey.ts";
import { Task, problemOf } from "../state/task.ts";
import type { Insight, LookedInside, ModelChoice, Setup } from "../worker/calls.ts";
import { example as firstExample, fetchExample } from "./example.ts";
import { takeView, target, viewOf } from "./view.ts";

interface Looked {
  setup: Setup;
  shown: ShownPicture;
  wanted: number | "predicted";
  inside: LookedInside;
}

/** What the model does with the picture, once it is known. */
export const task = new Task<Looked>("The picture could not be looked into");
const isOpen = signal(false);

/** Of the picture that is shown: from the model, or for the first example what was computed beforehand. */
export const insight = computed<Insight | undefined>(() => {
  const { value: looked } = task.result;
  if (looked && looked.shown === picture.value) return looked.inside;
  const isFirst = picture.value?.isExample && picture.value.name === examples[0]!.name;
  return isFirst && looking.model.value.kind === "embedded" ? firstExample.value : undefined;
});

/** True when the model itself said it, with what is chosen now. */
export const isLive = computed(() => isOf(task.result.value, looking.setup.value, picture.value, target.value));

function isOf(
  looked: Looked | undefined,
  setup: Setup,
  shown: ShownPicture | undefined,
  wanted: Looked["wanted"],
): boolean {
  return looked?.setup === setup && looked.shown === shown && looked.wanted === wanted;
}

/** What was asked last: another model has other classes, and another picture another answer. */
let last: { model: ModelChoice; shown: ShownPicture } | undefined;

// Another picture, model, backend or class: look again.
effect(() => {
  const setup = looking.setup.value;
  const shown = picture.value;
  const wanted = target.value;
  if (!isOpen.value || !survey.result.value || !shown || isIncomplete(setup)) return;
  untracked(() => {
    const isOther = last && (last.model !== setup.model || last.shown !== shown);
    last = { model: setup.model, shown };
    if (isOther && wanted !== "predicted") target.value = "predicted";
    else if (!isOf(task.result.value, setup, shown, wanted)) void look(setup, shown, wanted);
  });
});

/** The model that the opened address names, until it or another one is chosen: a link fetches nothing by itself. */
const named = signal<{ model: AddressedModel; before: ModelChoice } | undefined>(undefined);
export const offered = computed(() => (named.value?.before === looking.model.value ? named.value.model : undefined));

effect(() => {
  if (!isOpen.value) return;
  const shown = picture.value;
  const view = viewOf(shown?.isExample ? shown.name : undefined);
  const model = offered.value ?? looking.model.value;
  // Of files nothing is told; another hub's address is for its user alone.
  if (model.kind === "address" && !model.endpoint) view.set("model", model.address);
  keepInAddress({ tab: "look-inside", view });
});

/** Does again what was cancelled. */
export function lookAgain(): void {
  if (picture.value) void look(looking.setup.value, picture.value, target.value);
}

async function look(setup: Setup, shown: ShownPicture, wanted: Looked["wanted"]): Promise<void> {
  const input = { setup, picture: shown.blob, target: wanted };
  const result = await task.run(
    async (how) => ({ setup, shown, wanted, inside: await engine.call("lookInside", input, how) }),
    { title: `${shown.name} could not be looked into`, wayBack: wayBackOf(setup, shown) },
  );
  if (result) announce(`Looked into ${result.inside.target.label}`);
}

/** Opens the tab with what its address says; the returned function closes it. */
export function openTab(): () => void {
  void fetchExample();
  const stop = effect(() => {
    const { tab, view } = opened.value;
    if (tab === "look-inside") untracked(() => void take(view));
  });
  isOpen.value = true;
  return () => {
    stop();
    isOpen.value = false;
    task.cancel();
  };
}

async function take(view: URLSearchParams): Promise<void> {
  // Who comes back to the tab finds it as it was.
  if (view.size > 0) takeView(view);
  const model = addressedModel(view.get("model"));
  const before = looking.model.value;
  const isThere = before.kind === "address" && before.address === model?.address;
  named.value = model && !isThere ? { model, before } : undefined;
  const example = examples.find(({ name }) => name === view.get("picture"));
  if (!example && picture.value) return;
  try {
    await showExample(example ?? examples[0]!);
  } catch (error) {
    task.fail(problemOf(error, "The example could not be fetched"));
  }
}
