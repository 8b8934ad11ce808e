import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { modelAddress } from "../state/model-address.ts";
import type { ModelChoice } from "../worker/calls.ts";

/** Takes a model's address. Nothing is fetched before the user says so. */
export function AddressField({ model }: { model: Signal<ModelChoice> }) {
  const id = useId();
  const typed = useSignal(model.value.kind === "address" ? model.value.address : "");
  const complaint = useSignal("");

  function load(event: Event) {
    event.preventDefault();
    try {
      model.value = { kind: "address", address: modelAddress(typed.value, document.baseURI) };
      complaint.value = "";
    } catch (error) {
      complaint.value = (error as Error).message;
    }
  }

  return (
    <form class="field field-full" onSubmit={load} noValidate>
      <div class="field">
        <label for={id}>Address of a folder with config.json and model.safetensors, or a hub’s owner/name</label>
        <input
          id={id}
          type="url"
          autocomplete="off"
          spellcheck={false}
          placeholder="https://…"
          value={typed.value}
          onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
        />
      </div>
      <button type="submit">Load</button>
      {complaint.value && (
        <p class="complaint" role="alert">
          {complaint}
        </p>
      )}
    </form>
  );
}
