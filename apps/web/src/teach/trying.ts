import { effect, signal, untracked } from "@preact/signals";
import { type Frame, camera } from "../classify/camera.ts";
import { engine } from "../engine.ts";
import { percent } from "../format.ts";
import { announce } from "../state/announce.ts";
import { type ShownPicture, picture } from "../state/picture.ts";
import { Task } from "../state/task.ts";
import type { Setup } from "../worker/calls.ts";
import type { Tried } from "../worker/lessons.ts";
import { type Taught, teaching, work } from "./work.ts";

/** What the lesson makes of the picture, or of the camera. */
export const trying = new Task<Tried>("The picture could not be tried");
const isOpen = signal(false);

// Another picture or lesson: try again.
effect(() => {
  const { taught } = work.value;
  const shown = picture.value;
  if (!isOpen.value || camera.live.value || !taught || !shown) return;
  untracked(() => void tryPicture(taught, shown));
});

/** Follows the picture as long as the tab is open; the returned function ends it. */
export function openTrying(): () => void {
  isOpen.value = true;
  return () => {
    isOpen.value = false;
    trying.cancel();
  };
}

async function tryPicture(taught: Taught, shown: ShownPicture): Promise<void> {
  const input = { setup: setupOf(taught), lesson: taught.lesson, picture: shown.blob };
  const result = await trying.run((how) => engine.call("tryLesson", input, how), {
    title: `${shown.name} could not be tried`,
  });
  const [best] = result?.top ?? [];
  if (best) announce(`${best.label}, ${percent(best.score)}`);
}

/** One frame of the camera; without a lesson there is nothing to try. */
export async function tryFrame(frame: Frame): Promise<void> {
  const { taught } = work.peek();
  if (!taught) return frame.close();
  const input = { setup: setupOf(taught), lesson: taught.lesson, picture: frame };
  const result = await engine.call("tryLesson", input, { transfer: [frame] });
  if (!camera.live.peek()) return;
  trying.problem.value = undefined;
  trying.result.value = result;
}

/** A lesson is tried on the model that it is of, whichever is chosen now. */
export function setupOf({ of }: Taught): Setup {
  return { ...teaching.setup.peek(), model: of.model };
}
