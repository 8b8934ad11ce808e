import { batch, computed, effect, signal as cell, untracked } from "@preact/signals";
import { engine } from "../engine.ts";
import { percent } from "../format.ts";
import { announce } from "../state/announce.ts";
import { type ShownPicture, picture, showPicture } from "../state/picture.ts";
import { isIncomplete, looking } from "../state/setup.ts";
import { survey } from "../state/survey.ts";
import { type Problem, Task } from "../state/task.ts";
import { until } from "../state/until.ts";
import type { Classified, Ready, Setup, Stage } from "../worker/calls.ts";
import { type FrameHandler, camera } from "./camera.ts";

const topK = 5;

/** What the picture shows, once it is known. */
export const classification = new Task<Classified>("The picture could not be classified");
/** Gets the model ready before there is a picture. */
export const preparation = new Task<Ready>("The model could not be loaded");
/** The model and backend that ran last, and the setup that they are of. */
const last = cell<{ setup: Setup; ready: Ready } | undefined>(undefined);
/** What is ready of the setup that is chosen now. */
export const ready = computed(() => (last.value?.setup === looking.setup.value ? last.value.ready : undefined));
/** The picture that was classified last. */
let lastPicture: ShownPicture | undefined;

// Another picture, model, backend or precision: look again.
effect(() => {
  const setup = looking.setup.value;
  const shown = picture.value;
  const live = camera.live.value;
  if (!survey.result.value || live || isIncomplete(setup)) return;
  untracked(() => void (shown ? classifyPicture(setup, shown) : prepare(setup)));
});

/** Can the model be loaded, and is nobody at it? After a cancel. */
export const waits = computed(
  () =>
    survey.result.value !== undefined &&
    !ready.value &&
    !isIncomplete(looking.setup.value) &&
    !preparation.running.value &&
    !classification.running.value,
);

/** Does again what was cancelled. */
export function lookAgain(): void {
  const shown = picture.value;
  void (shown && !camera.live.value ? classifyPicture(looking.setup.value, shown) : prepare(looking.setup.value));
}

async function prepare(setup: Setup): Promise<void> {
  classification.cancel();
  classification.result.value = undefined;
  classification.problem.value = undefined;
  const result = await preparation.run((how) => engine.call("prepare", setup, how), { wayBack: () => toSetup(setup) });
  if (result) last.value = { setup, ready: result };
}

async function classifyPicture(setup: Setup, shown: ShownPicture): Promise<void> {
  preparation.cancel();
  preparation.problem.value = undefined;
  const result = await classification.run((how) => engine.call("classify", { setup, picture: shown.blob, topK }, how), {
    title: `${shown.name} could not be classified`,
    wayBack: wayBackOf(setup, shown),
  });
  if (!result) return;
  last.value = { setup, ready: result.ready };
  lastPicture = shown;
  const [best] = result.top;
  if (best) announce(`${best.label}, ${percent(best.score)}`);
}

/** Back from a setup or a picture that failed, by the stage in which it did, to what worked before. */
export function wayBackOf(setup: Setup, shown: ShownPicture): (stage: Stage["stage"]) => Problem["back"] {
  return (stage) => (stage === "Reading the picture" ? toPicture(shown) : toSetup(setup));
}

/** Back from what failed to the model and backend that ran before. */
function toSetup(failed: Setup): Problem["back"] {
  if (!last.value || last.value.setup === failed) return undefined;
  const { setup, ready: before } = last.value;
  return { label: `Go back to ${before.model} on ${before.backend}`, go: () => looking.choose(setup) };
}

function toPicture(failed: ShownPicture): Problem["back"] {
  if (!lastPicture || lastPicture.blob === failed.blob) return undefined;
  const { blob, name, isExample } = lastPicture;
  return { label: `Go back to ${name}`, go: () => showPicture(blob, name, { isExample }) };
}

/** The camera's: results follow one another without progress; only another model or backend shows how far it is. */
export const frames: FrameHandler = {
  async prepare(stopped) {
    const setup = looking.setup.peek();
    if (ready.peek() || isIncomplete(setup)) return;
    await prepare(setup);
    // Cancelled or failed: the camera goes on when the user has found a remedy.
    await until(() => ready.value !== undefined || looking.setup.value !== setup, stopped);
  },
  // Not cancelled with the camera: that could cost the worker its life, and the next picture a new start.
  async onFrame(frame) {
    const setup = looking.setup.peek();
    if (!ready.peek()) return frame.close();
    const result = await engine.call("classify", { setup, picture: frame, topK }, { transfer: [frame] });
    if (!camera.live.peek()) return;
    batch(() => {
      classification.problem.value = undefined;
      classification.result.value = result;
      last.value = { setup, ready: result.ready };
    });
  },
};
