import { signal } from "@preact/signals";
import type { Insight } from "../worker/calls.ts";
import { fromText } from "./stored.ts";

const address = new URL("./example.json", import.meta.url);

/** What the model that comes along does with the first example picture, computed beforehand: shown before its weights are there. */
export const example = signal<Insight | undefined>(undefined);

/** Fetches it; the page does without if that fails. */
export async function fetchExample(): Promise<void> {
  const response = await fetch(address).catch(() => undefined);
  if (response?.ok) example.value = fromText(await response.text()) as Insight;
}
