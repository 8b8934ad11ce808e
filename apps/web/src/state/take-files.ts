import { sortFiles } from "./dropped-files.ts";
import { showPicture } from "./picture.ts";
import { looking } from "./setup.ts";
import type { Problem } from "./task.ts";

export interface FileTaker {
  /** Before a picture is shown. */
  onPicture?: (() => void) | undefined;
  onProblem: (problem: Problem) => void;
}

/** Takes what the user gave: a picture is shown, a model is chosen. */
export function takeFiles(files: readonly File[], { onPicture, onProblem }: FileTaker): void {
  const sorted = sortFiles(files);
  if (sorted.kind === "model") looking.model.value = sorted.model;
  else if (sorted.kind === "picture") {
    onPicture?.();
    showPicture(sorted.file, sorted.file.name);
  } else onProblem({ title: "That could not be used", detail: sorted.why });
}
