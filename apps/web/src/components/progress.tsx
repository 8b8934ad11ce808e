import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Task } from "../state/task.ts";

/** What is over sooner than this is not worth a flicker, in milliseconds. */
const short = 150;

/** How far a task is, and the button that ends it. Nothing while it rests. */
export function Progress({ task }: { task: Task<unknown> }) {
  const isLong = useSignal(false);
  const running = task.running.value;
  useEffect(() => {
    isLong.value = false;
    if (!running) return undefined;
    const timer = setTimeout(() => (isLong.value = true), short);
    return () => clearTimeout(timer);
  }, [running]);

  const stage = task.stage.value;
  if (!stage || !isLong.value) return null;
  const percent = stage.share === undefined ? undefined : Math.round(stage.share * 100);
  return (
    <div class="progress">
      <div class="progress-line">
        <span>
          {stage.stage}
          {percent === undefined ? "…" : ` ${percent} %`}
        </span>
        <CancelButton onCancel={() => task.cancel()} />
      </div>
      <progress aria-label={stage.stage} {...(percent === undefined ? {} : { max: 100, value: percent })} />
    </div>
  );
}

/** Goes with its task; whoever had it under the keyboard is then in the panel, not at the top of the page. */
function CancelButton({ onCancel }: { onCancel: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const element = button.current!;
    const panel = element.closest<HTMLElement>("[role=tabpanel]");
    return () => {
      if (document.activeElement === element) panel?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <button type="button" class="quiet" ref={button} onClick={onCancel}>
      Cancel
    </button>
  );
}
