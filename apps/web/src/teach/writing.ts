import { computed, effect, signal } from "@preact/signals";
import { engine } from "../engine.ts";
import { announce } from "../state/announce.ts";
import { Task } from "../state/task.ts";
import type { WrittenFile } from "../worker/lessons.ts";
import { setupOf } from "./trying.ts";
import { type Taught, work } from "./work.ts";

/** Makes the files of what was taught. */
export const writing = new Task<{ files: WrittenFile[]; of: Taught }>("The files could not be written");

/** Those of the lesson that is there. */
export const files = computed(() =>
  writing.result.value?.of === work.value.taught ? writing.result.value?.files : undefined,
);

export async function writeFiles(): Promise<void> {
  const of = work.value.taught!;
  const result = await writing.run(async (how) => ({
    of,
    files: await engine.call("writeLesson", { setup: setupOf(of), lesson: of.lesson }, how),
  }));
  if (result) announce("Its files are ready");
}

/** What a page that is closed would lose: what was taught and not taken along. */
const saved = signal<Taught | undefined>(undefined);
export function markSaved(): void {
  saved.value = work.value.taught;
}

effect(() => {
  const isUnsaved = work.value.taught !== undefined && saved.value !== work.value.taught;
  if (!isUnsaved) return undefined;
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  addEventListener("beforeunload", ask);
  return () => removeEventListener("beforeunload", ask);
});
