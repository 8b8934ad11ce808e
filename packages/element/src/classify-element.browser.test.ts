import { afterEach, expect, inject, test } from "vitest";
import { ClassifyElement, type ClassifyErrorEvent, type ClassifyResultEvent } from "./index.ts";

const ship = new URL("../../../examples/images/ship.jpg", import.meta.url).href;
const frog = new URL("../../../examples/images/frog.jpg", import.meta.url).href;

afterEach(() => document.body.replaceChildren());

/** An element on the page, as markup makes it. */
function placed(attributes: Record<string, string> = {}): ClassifyElement {
  const element = document.createElement("tessera-classify");
  element.workers = { backend: "wasm", wasmPath: inject("wasmPath") };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.body.append(element);
  return element;
}

const told = <E extends Event>(element: Element, type: string) =>
  new Promise<E>((resolve) => element.addEventListener(type, (event) => resolve(event as E), { once: true }));
const part = (element: Element, name: string) => element.shadowRoot!.querySelector<HTMLElement>(`[part~="${name}"]`)!;

test("classifies the picture that an attribute names, that is chosen or dropped", async () => {
  const element = placed({ src: ship, top: "2" });
  expect(element).toBeInstanceOf(ClassifyElement);
  // From outside of its shadow, as a page listens.
  const { detail } = await told<ClassifyResultEvent>(document.body, "tessera-result");
  expect(detail.predictions.map(({ label }) => label)[0]).toBe("ship");
  const labels = [...element.shadowRoot!.querySelectorAll("[part~=label]")].map(({ textContent }) => textContent);
  expect(labels).toEqual(detail.predictions.map(({ label }) => label));
  expect(labels).toHaveLength(2);
  expect(part(element, "status").textContent).toMatch(/^ship, \d+\.\d %$/);
  expect(part(element, "picture")).toHaveProperty("src", ship);

  element.src = frog;
  expect((await told<ClassifyResultEvent>(element, "tessera-result")).detail.predictions[0]!.label).toBe("frog");

  // A file that is chosen, and one that is dropped.
  const bytes = await (await fetch(ship)).blob();
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "ship.jpg", { type: "image/jpeg" }));
  const input = element.shadowRoot!.querySelector("input")!;
  input.files = transfer.files;
  input.dispatchEvent(new Event("change"));
  expect((await told<ClassifyResultEvent>(element, "tessera-result")).detail.predictions[0]!.label).toBe("ship");
  part(element, "place").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
  expect((await told<ClassifyResultEvent>(element, "tessera-result")).detail.predictions[0]!.label).toBe("ship");
});

test("shows and tells why there is no answer, and answers the next picture", async () => {
  const element = placed();
  const broken = new Blob(["no picture"], { type: "image/png" });
  const event = told<ClassifyErrorEvent>(element, "tessera-error");
  await expect(element.classify(broken)).rejects.toThrow(/decodeImage/);
  expect((await event).detail.error.message).toBe(part(element, "error").textContent);
  expect((await element.classify(ship))[0]!.label).toBe("ship");
  expect(part(element, "error").textContent).toBe("");

  element.model = "no_such_model";
  await expect(told<ClassifyErrorEvent>(element, "tessera-error")).resolves.toBeInstanceOf(Event);
  expect(part(element, "error").textContent).toContain("no_such_model");
});

test("a newer picture aborts the one before, and so does leaving the page", async () => {
  const element = placed();
  const first = element.classify(ship);
  const second = element.classify(frog);
  await expect(first).rejects.toThrow(/abort/i);
  expect((await second)[0]!.label).toBe("frog");
  const third = element.classify(ship);
  element.remove();
  await expect(third).rejects.toThrow(/abort/i);
  // Back on the page it has a model again.
  document.body.append(element);
  expect((await element.classify(ship))[0]!.label).toBe("ship");
});
