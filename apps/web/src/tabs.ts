import { type ReadonlySignal, computed } from "@preact/signals";
import type { ComponentType } from "preact";
import { BackendsPanel } from "./backends/backends-panel.tsx";
import { BenchmarkPanel } from "./benchmark/benchmark-panel.tsx";
import { ClassifyPanel } from "./classify/classify-panel.tsx";
import { lazyPanel } from "./components/lazy-panel.tsx";
import { openAddress, opened } from "./state/address.ts";

interface Tab {
  /** In the address, after `#`. */
  id: string;
  label: string;
  Panel: ComponentType;
}

/** In the order of the page; a new tab joins here. */
export const tabs: readonly Tab[] = [
  { id: "classify", label: "Classify", Panel: ClassifyPanel },
  {
    id: "look-inside",
    label: "Look inside",
    Panel: lazyPanel(async () => (await import("./look-inside/look-inside-panel.tsx")).LookInsidePanel),
  },
  {
    id: "compare",
    label: "Compare",
    Panel: lazyPanel(async () => (await import("./compare/compare-panel.tsx")).ComparePanel),
  },
  {
    id: "teach",
    label: "Teach",
    Panel: lazyPanel(async () => (await import("./teach/teach-panel.tsx")).TeachPanel),
  },
  { id: "backends", label: "Backends", Panel: BackendsPanel },
  { id: "benchmark", label: "Benchmark", Panel: BenchmarkPanel },
];

/** The one that the address names, else the first. */
export const currentTab: ReadonlySignal<Tab> = computed(
  () => tabs.find(({ id }) => id === opened.value.tab) ?? tabs[0]!,
);

export function openTab(id: string): void {
  openAddress(id);
}
