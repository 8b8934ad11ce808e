import { computed, signal } from "@preact/signals";
import { engine } from "../engine.ts";
import { percent } from "../format.ts";
import { announce } from "../state/announce.ts";
import { isIncomplete } from "../state/setup.ts";
import { survey } from "../state/survey.ts";
import { Task, type TaskOptions } from "../state/task.ts";
import type { Setup, Stage } from "../worker/calls.ts";
import type { CurvePoint, Lesson, LessonPlan, Method } from "../worker/lessons.ts";
import { inTurn, readAll, reading } from "./reading.ts";
import { taking } from "./taking-frames.ts";
import { type TaughtPicture, change, teaching, work } from "./work.ts";

export const methods: readonly Method[] = ["head", "probe", "lora"];
export const method = signal<Method>("head");
/** Times that each picture is learnt from; what was chosen, else what suits the method. */
const chosenEpochs = signal<number | undefined>(undefined);
export const epochs = computed(() => chosenEpochs.value ?? (method.value === "lora" ? 10 : 50));
export const epochChoices = [5, 10, 20, 50, 100];

export function chooseEpochs(count: number): void {
  chosenEpochs.value = count;
}

export const training = new Task<{ lesson: Lesson; pictures: readonly TaughtPicture[] }>("It could not be taught");
/** Of the training that runs. */
const live = signal<readonly CurvePoint[]>([]);

/** Classes that have pictures, the ones that are learnt. */
const learntClasses = computed(() => {
  const { classes, pictures } = work.value;
  return classes.filter(({ id }) => pictures.some(({ classId }) => classId === id));
});

/** What is missing before anything can be learnt. */
export const missing = computed(() => {
  if (isIncomplete(teaching.setup.value)) return "Tell which variant the model's weights are of.";
  const lack = 2 - learntClasses.value.length;
  return lack > 0 ? `Give ${lack === 2 ? "two classes" : "one more class"} pictures.` : undefined;
});

/** Is a picture being read or a lesson learnt? Then nothing else may change. */
export const isBusy = computed(() => reading.running.value || training.running.value);

export const canTrain = computed(
  () => survey.result.value !== undefined && !missing.value && !isBusy.value && !taking.value,
);

/** True while the lesson is of what is there now: nothing was added, removed or renamed since. */
export const isCurrent = computed(() => {
  const { taught, classes, pictures } = work.value;
  const of = taught?.of;
  return of?.model === teaching.model.value && of.classes === classes && of.pictures === pictures;
});

/** Of the training that runs, else of the one before. */
export const curve = computed(() => (training.running.value ? live.value : (work.value.taught?.curve ?? [])));

/** Learns of all pictures that are there. */
export function train(): Promise<void> {
  return inTurn(async () => {
    const setup = teaching.setup.value;
    const { classes } = work.value;
    const known = learntClasses.value;
    live.value = [];
    const result = await training.run(async (how) => {
      const pictures = await seenBy(setup, how);
      const plan: LessonPlan = {
        setup,
        method: method.value,
        epochs: epochs.value,
        classes: known.map(({ name }) => name),
        pictures: pictures.map(({ classId, features, blob }) => ({
          label: known.findIndex(({ id }) => id === classId),
          features,
          blob,
        })),
      };
      const lesson = await engine.call("teach", plan, { signal: how.signal, onProgress: (told) => follow(told, how) });
      return { lesson, pictures };
    });
    if (!result) return;
    const { lesson, pictures } = result;
    const of = { model: setup.model, classes, pictures };
    change("the training", { pictures, taught: { lesson, of, curve: live.value } });
    const { judged } = lesson;
    announce(judged ? `Taught; ${percent(judged.top1)} of the held-back pictures are told` : "Taught");
  });
}

function follow(told: Stage | CurvePoint, { onProgress }: TaskOptions): void {
  if ("stage" in told) return onProgress(told);
  onProgress({ stage: "Training", share: told.step / told.steps });
  live.value = [...live.value, told];
}

/** The pictures with what this model makes of them: another one may have been chosen since they were added. */
async function seenBy(setup: Setup, how: TaskOptions): Promise<readonly TaughtPicture[]> {
  const { pictures } = work.value;
  const unseen = [...pictures.keys()].filter((i) => pictures[i]!.seenBy !== setup.model);
  if (unseen.length === 0) return pictures;
  const seen = [...pictures];
  const blobs = unseen.map((i) => pictures[i]!.blob);
  await readAll(setup, blobs, how, (i, picture) => {
    const at = unseen[i]!;
    const { name } = seen[at]!;
    if ("error" in picture) throw new Error(`${name} can no longer be read: ${picture.error}\nRemove it, or undo.`);
    seen[at] = { ...seen[at]!, features: picture.features, seenBy: setup.model };
  });
  return seen;
}
