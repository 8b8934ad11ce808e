import { count } from "../format.ts";
import type { Ready } from "../worker/calls.ts";

interface ModelLineProps {
  ready: Ready | undefined;
  /** Is called by a button that loads the model; without it there is no button. */
  onLoad?: (() => void) | undefined;
}

/** What is loaded, and where it runs. */
export function ModelLine({ ready, onLoad }: ModelLineProps) {
  if (!ready) {
    return (
      <p class="model-line">
        This model is not loaded yet.
        {onLoad && (
          <button type="button" class="quiet" onClick={onLoad}>
            Load it
          </button>
        )}
      </p>
    );
  }
  const { model, params, classes, imageSize, backend, device, precision, licence, warnings } = ready;
  return (
    <div class="model-line">
      <b>{nameOf(model)}</b>: {count(params)} parameters, {classes} classes, {imageSize[1]} × {imageSize[0]} pixels; on{" "}
      <b>{backend}</b> ({device}), {precision}; licence: {licence ?? "not said by its files"}
      {warnings.map((warning) => (
        <p class="note" key={warning}>
          {warning}
        </p>
      ))}
    </div>
  );
}

/** The last part of an address; other names as they are. */
function nameOf(model: string): string {
  if (!/^https?:/.test(model)) return model;
  const parts = new URL(model).pathname.replace(/\/$/, "").split("/");
  return parts.at(-1) || new URL(model).host;
}
