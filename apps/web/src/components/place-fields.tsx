import type { Signal } from "@preact/signals";
import type { BackendName, Precision } from "@tessera/backends";
import { availableBackends, precisionsOf } from "../state/survey.ts";
import { SelectField } from "./select-field.tsx";

interface PlaceFieldsProps {
  choice: { readonly backend: Signal<BackendName | "auto">; readonly precision: Signal<Precision> };
  /** Before the labels, where there are two places. */
  prefix?: string;
}

const precisionNames: Record<Precision, string> = { f32: "f32, full", f16: "f16, half", bf16: "bf16, brain" };

/** Chooses a backend and a number format among those that this browser has. */
export function PlaceFields({ choice: { backend, precision }, prefix }: PlaceFieldsProps) {
  const title = (word: string) => (prefix ? `${prefix} ${word.toLowerCase()}` : word);
  const backends = ["auto", ...availableBackends.value] as const;
  return (
    <>
      <SelectField
        label={title("Backend")}
        value={backend.value}
        options={backends.map((name) => [name, name])}
        onChoose={(name) => (backend.value = name)}
      />
      <SelectField
        label={title("Precision")}
        value={precision.value}
        options={precisionsOf(backend.value).map((name) => [name, precisionNames[name]])}
        onChoose={(name) => (precision.value = name)}
      />
    </>
  );
}
