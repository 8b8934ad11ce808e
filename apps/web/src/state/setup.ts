import { batch, computed, effect, signal } from "@preact/signals";
import type { BackendName, Precision } from "@tessera/backends";
import type { ModelChoice, Setup } from "../worker/calls.ts";
import { precisionsOf } from "./survey.ts";

/** What the user chose to run, and where. */
export class SetupChoice {
  readonly model = signal<ModelChoice>({ kind: "embedded" });
  readonly backend = signal<BackendName | "auto">("auto");
  readonly precision = signal<Precision>("f32");
  readonly setup = computed<Setup>(() => ({
    model: this.model.value,
    backend: this.backend.value,
    precision: this.precision.value,
  }));

  /** Takes a whole setup, that ran before. */
  choose({ model, backend, precision }: Setup): void {
    batch(() => {
      this.model.value = model;
      this.backend.value = backend;
      this.precision.value = precision;
    });
  }

  constructor() {
    effect(() => {
      if (!precisionsOf(this.backend.value).includes(this.precision.value)) this.precision.value = "f32";
    });
  }
}

/** Shared by Classify, Look inside and Backends, which look at the same picture. */
export const looking = new SetupChoice();
/** Measuring has its own: it may take random weights, and must not move the others. */
export const measuring = new SetupChoice();

/** A checkpoint whose variant the user has still to tell. */
export function isIncomplete({ model }: Setup): boolean {
  return model.kind === "files" && !model.config && !model.arch;
}

const backends: readonly (BackendName | "auto")[] = ["auto", "webgpu", "webgl", "wasm", "cpu"];

/** A backend by its name in an address. */
export function backendNamed(text: string | undefined): BackendName | "auto" | undefined {
  return backends.find((name) => name === text);
}
