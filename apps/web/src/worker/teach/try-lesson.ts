import { softmax, tidy } from "@tensorflow/tfjs-core";
import { decodeImage, preprocessBatch } from "@tessera/data";
import type { Picture, Setup } from "../calls.ts";
import type { Lesson, Tried } from "../lessons.ts";
import { type CallOptions, prepare, trainedOf } from "../session.ts";
import { Taught, addParts, headOf } from "./lesson-model.ts";

/** Tells which of the taught classes a picture shows, the likeliest first. The model is left as it was. */
export async function tryLesson(
  { setup, lesson, picture }: { setup: Setup; lesson: Lesson; picture: Picture },
  options: CallOptions,
): Promise<Tried> {
  try {
    const { model, preprocessing } = trainedOf(await prepare(setup, options));
    const images = preprocessBatch([await decodeImage(picture)], preprocessing);
    const head = headOf(lesson);
    const lora = addParts(model, lesson);
    try {
      const output = tidy(() => softmax(new Taught(model, head).forward(images)));
      const scores = await output.data<"float32">().finally(() => output.dispose());
      const top = lesson.classes.map((label, index) => ({ index, label, score: scores[index]! }));
      return { top: top.sort((a, b) => b.score - a.score) };
    } finally {
      lora?.remove();
      head.dispose();
      images.dispose();
    }
  } finally {
    if (!(picture instanceof Blob)) picture.close();
  }
}
