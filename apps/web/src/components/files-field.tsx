import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { sortFiles } from "../state/dropped-files.ts";
import { survey } from "../state/survey.ts";
import type { ModelChoice } from "../worker/calls.ts";
import { SelectField } from "./select-field.tsx";

/** Takes a model's files; asks for the variant when the config.json is not among them. */
export function FilesField({ model }: { model: Signal<ModelChoice> }) {
  const id = useId();
  const complaint = useSignal("");
  const chosen = model.value.kind === "files" ? model.value : undefined;

  function take(files: FileList | null) {
    const sorted = sortFiles([...(files ?? [])]);
    complaint.value = "";
    if (sorted.kind === "model") model.value = sorted.model;
    else if (sorted.kind === "nothing") complaint.value = sorted.why;
    else
      complaint.value = `Expected weights with their config.json, got ${sorted.file.name}; choose both files of a model.`;
  }

  return (
    <div class="field field-full">
      <div class="field">
        <label for={id}>Files of a model</label>
        <input
          id={id}
          type="file"
          multiple
          accept=".safetensors,.npz,.pth,.pt,.bin,.tar,.json"
          aria-describedby={`${id}-hint`}
          onChange={({ currentTarget }) => take(currentTarget.files)}
        />
        <p class="hint" id={`${id}-hint`}>
          {chosen
            ? `${chosen.weights.name}${chosen.config ? ` with ${chosen.config.name}` : ", without a config.json"}`
            : "Weights (.safetensors, .npz, .pth) and their config.json, together. They can be dropped on Classify, too: the files or their folder."}
        </p>
      </div>
      {chosen && !chosen.config && (
        <SelectField
          label="Which variant is it?"
          value={chosen.arch ?? ""}
          options={["", ...(survey.result.value?.variants ?? [])].map((name) => [name, name || "Choose…"])}
          onChoose={(arch) => (model.value = { ...chosen, arch: arch || undefined })}
        />
      )}
      {complaint.value && (
        <p class="complaint" role="alert">
          {complaint}
        </p>
      )}
    </div>
  );
}
