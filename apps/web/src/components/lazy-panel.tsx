import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import type { Problem } from "../state/task.ts";
import { ProblemNote } from "./problem-note.tsx";

const offline = "Expected its code, got no network; a tab is kept for use offline once it has been opened.";

/** A panel whose code is fetched when its tab is first opened. */
export function lazyPanel(load: () => Promise<ComponentType>): ComponentType {
  let Panel: ComponentType | undefined;
  return function LazyPanel() {
    const isThere = useSignal(Panel !== undefined);
    const problem = useSignal<Problem | undefined>(undefined);
    const fetchPanel = async () => {
      try {
        Panel = await load();
        isThere.value = true;
      } catch (error) {
        problem.value = {
          title: "This tab could not be opened",
          detail: navigator.onLine ? `${String(error)}\nReload the page.` : offline,
        };
      }
    };
    useEffect(() => {
      if (Panel) return;
      void fetchPanel();
    }, []);
    if (isThere.value && Panel) return <Panel />;
    return problem.value ? <ProblemNote problem={problem.value} /> : <p class="hint">Opening…</p>;
  };
}
