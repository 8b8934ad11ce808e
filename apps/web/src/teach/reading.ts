import { signal } from "@preact/signals";
import { engine } from "../engine.ts";
import { announce } from "../state/announce.ts";
import { Task, type TaskOptions } from "../state/task.ts";
import type { Ready, Setup } from "../worker/calls.ts";
import type { ReadPicture } from "../worker/lessons.ts";
import type { FileGroup } from "./grouped-files.ts";
import { type TaughtClass, type TaughtPicture, change, nameOf, newClass, teaching, work } from "./work.ts";

/** Pictures of one call: few enough that a cancel finds the worker between two of them. */
const together = 16;

/** A picture that could not be read, and why. */
export interface Broken {
  name: string;
  reason: string;
}

interface Batch {
  read: TaughtPicture[];
  broken: Broken[];
}

/** Reads pictures into classes. */
export const reading = new Task<Batch>("The pictures could not be read");
/** Those of the last batch that could not be read. */
export const broken = signal<readonly Broken[]>([]);
/** The model that read last. */
export const ready = signal<Ready | undefined>(undefined);

let last: Promise<unknown> = Promise.resolve();

/** Adds files to a class. */
export function addFiles(classId: number, files: readonly File[]): Promise<void> {
  return inTurn(() => addBatch(files.map((file) => ({ classId, file }))));
}

/** Adds folders, each as the class that it names; a class of that name is added to. */
export function addFolders(groups: readonly FileGroup[]): Promise<void> {
  return inTurn(async () => {
    const named = groups.map(
      ({ folder = "" }) => work.value.classes.find(({ name }) => name === folder) ?? newClass(folder),
    );
    const files = groups.flatMap((group, i) => group.files.map((file) => ({ classId: named[i]!.id, file })));
    await addBatch(files, named);
  });
}

/** Whatever changes the work waits for what does so already. */
export function inTurn(add: () => Promise<void>): Promise<void> {
  const turn = last.then(add);
  last = turn.catch(() => undefined);
  return turn;
}

async function addBatch(files: readonly { classId: number; file: File }[], to?: readonly TaughtClass[]): Promise<void> {
  const setup = teaching.setup.value;
  broken.value = [];
  const result = await reading.run(async (how) => {
    const done: Batch = { read: [], broken: [] };
    const pictures = files.map(({ file }) => file);
    await readAll(setup, pictures, how, (i, picture, blob) => {
      const { file, classId } = files[i]!;
      if ("error" in picture) return done.broken.push({ name: file.name, reason: picture.error });
      const { thumbnail, features } = picture;
      return done.read.push({ classId, name: file.name, blob, thumbnail, features, seenBy: setup.model });
    });
    return done;
  });
  if (!result) return;
  broken.value = result.broken;
  keep(result.read, to);
}

/** Adds what was read, to classes that may be new; nothing is left of a batch of which nothing could be read. */
export function keep(read: readonly TaughtPicture[], to: readonly TaughtClass[] = []): void {
  const { classes: before, pictures } = work.value;
  // Classes that wait for their first picture under the names that they were given here make room for folders.
  const isNeeded = ({ id, name }: TaughtClass) =>
    to.length === 0 || !/^Class \d+$/.test(name) || pictures.some(({ classId }) => classId === id);
  const filled = to.filter((one) => read.some(({ classId }) => classId === one.id));
  const classes = [...new Set([...before.filter(isNeeded), ...filled])];
  // A class may have been removed meanwhile.
  const wanted = read.filter(({ classId }) => classes.some(({ id }) => id === classId));
  if (wanted.length === 0) return;
  const what = wanted.length === 1 ? "a picture" : `${wanted.length} pictures`;
  change(`adding ${what}`, { classes, pictures: [...pictures, ...wanted] });
  const names = [...new Set(wanted.map(({ classId }) => nameOf(classId)))];
  announce(`Added ${what} to ${names.join(", ")}`);
}

/** Has the model see pictures, few at a time. */
export async function readAll(
  setup: Setup,
  pictures: readonly Blob[],
  { signal: cancel, onProgress }: TaskOptions,
  onPicture: (index: number, picture: ReadPicture, blob: Blob) => void,
): Promise<void> {
  for (let at = 0; at < pictures.length; at += together) {
    // Chromium asks the disk of each file anew whenever it is sent to the worker, and of a blob of it once.
    const some = pictures.slice(at, at + together).map((one) => (one instanceof File ? new Blob([one]) : one));
    const found = await engine.call("read", { setup, pictures: some }, { signal: cancel, onProgress });
    ready.value = found.ready;
    for (const [i, picture] of found.pictures.entries()) onPicture(at + i, picture, some[i]!);
    onProgress({ stage: "Reading pictures", share: (at + some.length) / pictures.length });
  }
}
