import type { TargetedKeyboardEvent } from "preact";
import { useRef } from "preact/hooks";

interface TabsProps {
  tabs: readonly { id: string; label: string }[];
  current: string;
  onOpen: (id: string) => void;
}

/** https://www.w3.org/WAI/ARIA/apg/patterns/tabs/: one stop in the tab order, arrows move and open. */
export function Tabs({ tabs, current, onOpen }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);

  function onKeyDown(event: TargetedKeyboardEvent<HTMLDivElement>) {
    const at = tabs.findIndex(({ id }) => id === current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const { id } = tabs[(to + tabs.length) % tabs.length]!;
    onOpen(id);
    list.current?.querySelector<HTMLElement>(`#tab-${id}`)?.focus();
  }

  return (
    <div class="tabs" role="tablist" aria-label="Views" ref={list} onKeyDown={onKeyDown}>
      {tabs.map(({ id, label }) => (
        <button
          type="button"
          role="tab"
          key={id}
          id={`tab-${id}`}
          aria-selected={id === current}
          aria-controls={id === current ? `panel-${id}` : undefined}
          tabIndex={id === current ? 0 : -1}
          onClick={() => onOpen(id)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
