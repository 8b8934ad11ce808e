import { milliseconds } from "../format.ts";
import type { Measurement } from "./measurements.ts";

const [width, height, left, bottom, top] = [640, 200, 84, 30, 12];

/** A bar a run, with lines at the median and the 90th percentile. */
export function RunsChart({ measurement: { runs, ms } }: { measurement: Measurement }) {
  const most = Math.max(...runs) * 1.05;
  const y = (value: number) => height - bottom - (value / most) * (height - bottom - top);
  const step = (width - left) / runs.length;
  const lines = [
    ["median", ms.median],
    ["p90", ms.p90],
  ] as const;
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${runs.length} runs: median ${milliseconds(ms.median)}, 90th percentile ${milliseconds(ms.p90)}, fastest ${milliseconds(ms.min)}`}
    >
      {runs.map((run, i) => (
        <rect
          key={i}
          x={left + i * step + step * 0.12}
          width={step * 0.76}
          y={y(run)}
          height={height - bottom - y(run)}
          rx="1.5"
        />
      ))}
      <line class="axis" x1={left} x2={width} y1={height - bottom} y2={height - bottom} />
      {lines.map(([name, value]) => (
        <line key={name} class={name} x1={left} x2={width} y1={y(value)} y2={y(value)} />
      ))}
      <text x={left - 8} y={Math.min(y(ms.median) + 4, height - bottom)} text-anchor="end" class="median">
        median
      </text>
      {/* Close lines get their words one above the other. */}
      <text x={left - 8} y={Math.min(y(ms.p90) + 4, y(ms.median) - 16)} text-anchor="end" class="p90">
        p90
      </text>
      <text x={left} y={height - 8}>
        run 1
      </text>
      <text x={width} y={height - 8} text-anchor="end">
        run {runs.length}
      </text>
    </svg>
  );
}
