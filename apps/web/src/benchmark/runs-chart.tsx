import { milliseconds } from "../format.ts";
import type { Measurement } from "./measurements.ts";

/** A bar a run, with lines at the median and the 90th percentile. */
export function RunsChart({ measurement: { runs, ms } }: { measurement: Measurement }) {
  const most = Math.max(...runs) * 1.05;
  const up = (value: number) => `${(100 * value) / most}%`;
  const [median, p90] = [up(ms.median), up(ms.p90)];
  return (
    <div
      class="chart"
      role="img"
      aria-label={`${runs.length} runs: median ${milliseconds(ms.median)}, 90th percentile ${milliseconds(ms.p90)}, fastest ${milliseconds(ms.min)}`}
    >
      <div class="levels">
        <span class="median" style={{ bottom: median }}>
          median
        </span>
        {/* Close lines get their words one above the other. */}
        <span class="p90" style={{ bottom: `max(${p90}, ${median} + 1.2em)` }}>
          p90
        </span>
      </div>
      <div class="plot">
        {runs.map((run, i) => (
          <span class="run" key={i} style={{ height: up(run) }} />
        ))}
        <span class="line median" style={{ bottom: median }} />
        <span class="line p90" style={{ bottom: p90 }} />
      </div>
      <div class="ends">
        <span>run 1</span>
        <span>run {runs.length}</span>
      </div>
    </div>
  );
}
