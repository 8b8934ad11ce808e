import { batch, computed, signal } from "@preact/signals";
import { announce } from "../state/announce.ts";
import { SetupChoice } from "../state/setup.ts";
import type { ModelChoice } from "../worker/calls.ts";
import type { CurvePoint, Lesson } from "../worker/lessons.ts";

/** What the lesson begins with, and where it is learnt. */
export const teaching = new SetupChoice();

export interface TaughtClass {
  id: number;
  name: string;
}

/** A picture of a class. Of its pixels only the thumbnail is in memory. */
export interface TaughtPicture {
  classId: number;
  name: string;
  blob: Blob;
  thumbnail: Blob;
  /** What a model makes of it before its head, and which. */
  features: Float32Array;
  seenBy: ModelChoice;
}

export interface Work {
  classes: readonly TaughtClass[];
  pictures: readonly TaughtPicture[];
  taught: Taught | undefined;
}

/** What was learnt last, of what, and how that went. */
export interface Taught {
  lesson: Lesson;
  of: Pick<Work, "classes" | "pictures"> & { model: ModelChoice };
  curve: readonly CurvePoint[];
}

let nextId = 0;

export function newClass(name: string): TaughtClass {
  return { id: nextId++, name };
}

/** Everything that a user has made here. It lives as long as the page does, whichever tab is open. */
export const work = signal<Work>({
  classes: [newClass("Class 1"), newClass("Class 2")],
  pictures: [],
  taught: undefined,
});

/** Steps that can be undone. What they hold is shared with what is there, and little: pictures are files. */
const most = 30;
const past = signal<readonly { what: string; before: Work }[]>([]);

/** What would be undone. */
export const undoable = computed(() => past.value.at(-1)?.what);

/** Changes the work by a step that can be undone. */
export function change(what: string, next: Partial<Work>): void {
  batch(() => {
    past.value = [...past.value, { what, before: work.value }].slice(-most);
    work.value = { ...work.value, ...next };
  });
}

export function undo(): void {
  const step = past.value.at(-1);
  if (!step) return;
  batch(() => {
    past.value = past.value.slice(0, -1);
    work.value = step.before;
  });
  announce(`Undone: ${step.what}`);
}

export function addClass(): void {
  const { classes } = work.value;
  change("a new class", { classes: [...classes, newClass(`Class ${classes.length + 1}`)] });
}

export function removeClass(id: number): void {
  const { classes, pictures } = work.value;
  change(`removing ${nameOf(id)}`, {
    classes: classes.filter((one) => one.id !== id),
    pictures: pictures.filter(({ classId }) => classId !== id),
  });
}

export function renameClass(id: number, name: string): void {
  if (name === "" || name === nameOf(id)) return;
  change(`renaming ${nameOf(id)}`, {
    classes: work.value.classes.map((one) => (one.id === id ? { id, name } : one)),
  });
}

export function nameOf(id: number): string {
  return work.value.classes.find((one) => one.id === id)?.name ?? "";
}
