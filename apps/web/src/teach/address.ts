import { batch, effect, signal, untracked } from "@preact/signals";
import { engine } from "../engine.ts";
import { keepInAddress, opened } from "../state/address.ts";
import { addressedModel } from "../state/model-address.ts";
import { backendNamed } from "../state/setup.ts";
import { survey } from "../state/survey.ts";
import { chooseEpochs, epochChoices, epochs, method, methods } from "./training.ts";
import { openTrying } from "./trying.ts";
import { teaching } from "./work.ts";

const isOpen = signal(false);

// Never a picture, nor a class: their names may be those of a user's folders.
effect(() => {
  if (!isOpen.value) return;
  const { model, backend, precision } = teaching.setup.value;
  const view = new URLSearchParams();
  if (method.value !== "head") view.set("learn", method.value);
  if (method.value !== "probe") view.set("passes", String(epochs.value));
  if (backend !== "auto") view.set("on", precision === "f32" ? backend : `${backend},${precision}`);
  if (model.kind === "address" && !model.endpoint) view.set("model", model.address);
  keepInAddress({ tab: "teach", view });
});

/** Opens the tab with what its address says; the returned function closes it. What goes on in it does so. */
export function openTab(): () => void {
  const stop = effect(() => {
    const { tab, view } = opened.value;
    if (tab === "teach" && view.size > 0) untracked(() => take(view));
  });
  const stopTrying = openTrying();
  const stopFetching = effect(() => {
    // What could not be fetched is fetched when it is needed, or said then.
    if (survey.begun.value) void engine.call("fetchTeaching", undefined).catch(() => undefined);
  });
  isOpen.value = true;
  return () => {
    stop();
    stopTrying();
    stopFetching();
    isOpen.value = false;
  };
}

/** Takes what an address says, as far as it makes sense. Nothing is fetched before there are pictures. */
function take(view: URLSearchParams): void {
  const [backend, precision] = (view.get("on") ?? "").split(",");
  const passes = Number(view.get("passes"));
  batch(() => {
    method.value = methods.find((name) => name === view.get("learn")) ?? "head";
    if (epochChoices.includes(passes)) chooseEpochs(passes);
    teaching.backend.value = backendNamed(backend) ?? "auto";
    if (precision === "f16") teaching.precision.value = precision;
    teaching.model.value = addressedModel(view.get("model")) ?? teaching.model.value;
  });
}
