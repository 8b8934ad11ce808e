import { computed, effect, signal as cell, untracked } from "@preact/signals";
import { engine } from "../engine.ts";
import { percent } from "../format.ts";
import { announce } from "../state/announce.ts";
import { type ShownPicture, picture } from "../state/picture.ts";
import { looking } from "../state/setup.ts";
import { survey } from "../state/survey.ts";
import { Task } from "../state/task.ts";
import type { Classified, Ready, Setup } from "../worker/calls.ts";
import { camera } from "./camera.ts";

const topK = 5;

/** What the picture shows, once it is known. */
export const classification = new Task<Classified>("The picture could not be classified");
/** Gets the model ready before there is a picture. */
export const preparation = new Task<Ready>("The model could not be loaded");
/** The model and backend that ran last, and the setup that they are of. */
const last = cell<{ setup: Setup; ready: Ready } | undefined>(undefined);
/** What is ready of the setup that is chosen now. */
export const ready = computed(() => (last.value?.setup === looking.setup.value ? last.value.ready : undefined));

// Another picture, model, backend or precision: look again.
effect(() => {
  const setup = looking.setup.value;
  const shown = picture.value;
  const live = camera.live.value;
  if (!survey.result.value || live || isIncomplete(setup)) return;
  untracked(() => void (shown ? classifyPicture(setup, shown) : prepare(setup)));
});

/** A checkpoint whose variant the user has still to tell. */
function isIncomplete({ model }: Setup): boolean {
  return model.kind === "files" && !model.config && !model.arch;
}

async function prepare(setup: Setup): Promise<void> {
  classification.cancel();
  classification.result.value = undefined;
  classification.problem.value = undefined;
  const result = await preparation.run((how) => engine.call("prepare", setup, how));
  if (result) last.value = { setup, ready: result };
}

async function classifyPicture(setup: Setup, { blob, name }: ShownPicture): Promise<void> {
  preparation.cancel();
  preparation.problem.value = undefined;
  const result = await classification.run(
    (how) => engine.call("classify", { setup, picture: blob, topK }, how),
    `${name} could not be classified`,
  );
  if (!result) return;
  last.value = { setup, ready: result.ready };
  const [best] = result.top;
  if (best) announce(`${best.label}, ${percent(best.score)}`);
}

/** One frame of the camera; the caller awaits it before it sends the next. */
export async function classifyFrame(frame: ImageBitmap, signal: AbortSignal): Promise<void> {
  const setup = looking.setup.peek();
  const result = await engine.call("classify", { setup, picture: frame, topK }, { signal, transfer: [frame] });
  classification.problem.value = undefined;
  classification.result.value = result;
  last.value = { setup, ready: result.ready };
}
