import { ClassifyElement } from "./classify-element.ts";

export { ClassifyElement };
export type { ClassifyErrorEvent, ClassifyResultEvent } from "./events.ts";

const name = "tessera-classify";

declare global {
  interface HTMLElementTagNameMap {
    [name]: ClassifyElement;
  }
}

// On a server there are no elements, and a page may hold two copies of this package.
if (globalThis.customElements && !customElements.get(name)) customElements.define(name, ClassifyElement);
