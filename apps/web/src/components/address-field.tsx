import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { modelAddress } from "../state/model-address.ts";
import type { ModelChoice } from "../worker/calls.ts";

/** Takes a model's address. Nothing is fetched before the user says so. */
export function AddressField({ model }: { model: Signal<ModelChoice> }) {
  const id = useId();
  const typed = useSignal(shown(model.value));
  const complaint = useSignal("");

  function load(event: Event) {
    event.preventDefault();
    try {
      model.value = modelAddress(typed.value, document.baseURI);
      complaint.value = "";
    } catch (error) {
      complaint.value = (error as Error).message;
    }
  }

  return (
    <form class="field field-full" onSubmit={load} noValidate>
      <div class="field">
        <label for={id}>Address of a model</label>
        <div class="field-row">
          <input
            id={id}
            type="url"
            autocomplete="off"
            spellcheck={false}
            placeholder="https://…"
            aria-describedby={`${id}-hint`}
            value={typed.value}
            onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
          />
          <button type="submit">Load</button>
        </div>
        <p class="hint" id={`${id}-hint`}>
          Of a folder with config.json and weights, of its page on a hub (…/owner/name/tree/main), or owner/name of
          huggingface.co. Only this is fetched from elsewhere.
        </p>
      </div>
      {complaint.value && (
        <p class="complaint" role="alert">
          {complaint}
        </p>
      )}
    </form>
  );
}

/** A choice as it could be typed. */
function shown(model: ModelChoice): string {
  if (model.kind !== "address") return "";
  const { address, endpoint } = model;
  if (!endpoint) return address;
  const [repository, revision = "main"] = address.split("@");
  return `${endpoint}/${repository}/tree/${encodeURIComponent(revision)}`;
}
