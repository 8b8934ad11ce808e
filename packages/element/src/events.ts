import type { Prediction } from "@tessera/pipeline";

/** `tessera-result`: what is on the picture, the best first. It bubbles, also out of shadow trees. */
export type ClassifyResultEvent = CustomEvent<{ predictions: readonly Prediction[] }>;

/** `tessera-error`: why there is no answer. It bubbles, also out of shadow trees. */
export type ClassifyErrorEvent = CustomEvent<{ error: Error }>;

/** Tells those around an element. */
export function tell(element: HTMLElement, type: `tessera-${string}`, detail: object): void {
  element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
}
