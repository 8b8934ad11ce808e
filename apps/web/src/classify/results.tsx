import { ClassList } from "../components/class-list.tsx";
import { milliseconds } from "../format.ts";
import type { Classified } from "../worker/calls.ts";

interface ResultsProps {
  result: Classified | undefined;
  /** The result is of the picture before. */
  busy: boolean;
}

const stages = [
  ["decode", "Decode"],
  ["preprocess", "Preprocess"],
  ["forward", "Forward"],
] as const;

/** The best classes with bars, and where the time went. */
export function Results({ result, busy }: ResultsProps) {
  if (!result) return <p class="hint">The five likeliest classes will stand here.</p>;
  const { top, ms } = result;
  return (
    <div class={busy ? "stale" : ""} aria-busy={busy}>
      <ClassList top={top} />
      <h3>Time</h3>
      <div class="times" aria-hidden="true">
        {stages.map(([stage]) => (
          <span key={stage} class={stage} style={{ flexGrow: Math.max(ms[stage], 0.01) }} />
        ))}
      </div>
      <dl class="legend">
        {stages.map(([stage, title]) => (
          <div key={stage}>
            <dt>
              <i class={stage} aria-hidden="true" />
              {title}
            </dt>
            <dd data-stage={stage}>{milliseconds(ms[stage])}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
