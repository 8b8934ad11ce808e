import { type ReadonlySignal, computed, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { BackendsPanel } from "./backends/backends-panel.tsx";
import { BenchmarkPanel } from "./benchmark/benchmark-panel.tsx";
import { ClassifyPanel } from "./classify/classify-panel.tsx";

interface Tab {
  /** In the address, after `#`. */
  id: string;
  label: string;
  Panel: ComponentType;
}

/** In the order of the page; a new tab joins here. */
export const tabs: readonly Tab[] = [
  { id: "classify", label: "Classify", Panel: ClassifyPanel },
  { id: "backends", label: "Backends", Panel: BackendsPanel },
  { id: "benchmark", label: "Benchmark", Panel: BenchmarkPanel },
];

const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));

/** The one that the address names, else the first. */
export const currentTab: ReadonlySignal<Tab> = computed(
  () => tabs.find(({ id }) => `#${id}` === hash.value) ?? tabs[0]!,
);

export function openTab(id: string): void {
  history.replaceState(null, "", `#${id}`);
  hash.value = `#${id}`;
}
