import { effect, signal, untracked } from "@preact/signals";
import type { BackendName, Precision } from "@tessera/backends";
import { engine } from "../engine.ts";
import { announce } from "../state/announce.ts";
import { examples, picture, showExample } from "../state/picture.ts";
import { looking } from "../state/setup.ts";
import { availableBackends } from "../state/survey.ts";
import { Task } from "../state/task.ts";
import type { Compared, Place } from "../worker/calls.ts";

/** One of the two places to compare. */
class PlaceChoice {
  readonly backend = signal<BackendName | "auto">("auto");
  readonly precision = signal<Precision>("f32");
  get place(): Place {
    return { backend: this.backend.value, precision: this.precision.value };
  }
}

export const first = new PlaceChoice();
export const second = new PlaceChoice();
export const comparison = new Task<Compared>("The backends could not be compared");

// The fastest and the slowest, which is plain JavaScript: as far from one another as there are.
effect(() => {
  const [fastest, ...others] = availableBackends.value;
  if (!fastest) return;
  untracked(() => {
    first.backend.value = fastest;
    second.backend.value = others.at(-1) ?? fastest;
  });
});

/** Runs the picture, or an example if there is none, in both places. */
export async function compareBackends(): Promise<void> {
  const result = await comparison.run(async (how) => {
    if (!picture.value) await showExample(examples[0]!);
    const model = looking.model.value;
    const sides = [
      { model, ...first.place },
      { model, ...second.place },
    ] as const;
    return engine.call("compare", { sides, picture: picture.value!.blob, maps: false }, how);
  });
  if (result?.difference)
    announce(`The largest difference of a logit is ${result.difference.largest.toExponential(1)}`);
}
