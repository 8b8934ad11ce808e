import { type Signal, useSignal } from "@preact/signals";
import { survey } from "../state/survey.ts";
import type { ModelChoice } from "../worker/calls.ts";
import { AddressField } from "./address-field.tsx";
import { FilesField } from "./files-field.tsx";
import { SelectField } from "./select-field.tsx";

interface ModelFieldProps {
  model: Signal<ModelChoice>;
  /** Offers every variant with random weights: for measuring. */
  variants?: boolean;
}

type Kind = ModelChoice["kind"];

const kinds: [Kind, string][] = [
  ["embedded", "ViT for CIFAR-10 (comes along)"],
  ["files", "A model from files…"],
  ["address", "A model at an address…"],
  ["variant", "A variant, random weights…"],
];

/** Chooses a model: the embedded one, files, an address, or a variant's name. */
export function ModelField({ model, variants = false }: ModelFieldProps) {
  // Files and addresses are asked for before they are the model.
  const asked = useSignal<{ kind: Kind; before: ModelChoice } | undefined>(undefined);
  const kind = asked.value?.before === model.value ? asked.value.kind : model.value.kind;

  function choose(next: Kind) {
    asked.value = { kind: next, before: model.value };
    if (next === "embedded" && model.value.kind !== next) model.value = { kind: next };
    if (next === "variant") model.value = { kind: next, variant: "vit_tiny_patch16_224" };
  }

  return (
    <>
      <SelectField
        label="Model"
        size="wide"
        value={kind}
        options={kinds.filter(([name]) => variants || name !== "variant")}
        onChoose={choose}
      />
      {kind === "files" && <FilesField model={model} />}
      {kind === "address" && <AddressField model={model} />}
      {model.value.kind === "variant" && kind === "variant" && (
        <SelectField
          label="Variant"
          size="wide"
          value={model.value.variant}
          options={(survey.result.value?.variants ?? []).map((name) => [name, name])}
          onChoose={(variant) => (model.value = { kind: "variant", variant })}
        />
      )}
    </>
  );
}
