import { milliseconds, percent } from "../format.ts";
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
      <ol class="classes">
        {top.map(({ index, label, score }) => (
          <li key={index}>
            <span class="class-name">{label}</span>
            <span class="class-score">{percent(score)}</span>
            <span class="bar" aria-hidden="true">
              <span style={{ width: `${score * 100}%` }} />
            </span>
          </li>
        ))}
      </ol>
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
