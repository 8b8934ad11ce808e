import type { Task } from "../state/task.ts";

/** How far a task is, and the button that ends it. Nothing while it rests. */
export function Progress({ task }: { task: Task<unknown> }) {
  const stage = task.stage.value;
  if (!stage) return null;
  const percent = stage.share === undefined ? undefined : Math.round(stage.share * 100);
  return (
    <div class="progress">
      <div class="progress-line">
        <span>
          {stage.stage}
          {percent === undefined ? "…" : ` ${percent} %`}
        </span>
        <button type="button" class="quiet" onClick={() => task.cancel()}>
          Cancel
        </button>
      </div>
      <progress aria-label={stage.stage} {...(percent === undefined ? {} : { max: 100, value: percent })} />
    </div>
  );
}
