import { loadModel, modelFilesOf } from "@tessera/pipeline";
import type { Setup } from "../calls.ts";
import type { Lesson, WrittenFile } from "../lessons.ts";
import { type CallOptions, argumentsOf, moveTo, release } from "../session.ts";
import { addParts, headOf } from "./lesson-model.ts";

/** The files of the model that was taught, as `loadModel`, the command line and timm load them. */
export async function writeLesson(
  { setup, lesson }: { setup: Setup; lesson: Lesson },
  { signal, onProgress }: CallOptions,
): Promise<WrittenFile[]> {
  onProgress({ stage: "Writing the files" });
  // Its own model, with other outputs: only one is in memory at a time.
  release();
  await moveTo(setup);
  const [spec, options] = argumentsOf(setup.model, { signal, labels: lesson.classes, resetHead: true });
  const { model, preprocessing } = await loadModel(spec, options);
  const head = headOf(lesson);
  try {
    head.copyTo(model);
    addParts(model, lesson)?.merge();
    const files = await modelFilesOf(model, { labels: lesson.classes, preprocessing });
    return Object.entries(files).map(([name, bytes]) => ({ name, blob: new Blob([bytes]) }));
  } finally {
    head.dispose();
    model.dispose();
  }
}
