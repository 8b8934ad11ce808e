import type { Prediction } from "@tessera/pipeline";
import { percent } from "../format.ts";

/** Classes with their shares, as numbers and as bars. */
export function ClassList({ top }: { top: readonly Prediction[] }) {
  return (
    <ol class="classes">
      {top.map(({ index, label, score }) => (
        <li key={index}>
          <span class="class-name">{label}</span>
          <span class="class-score">{percent(score)}</span>
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${100 * score}%` }} />
          </span>
        </li>
      ))}
    </ol>
  );
}
