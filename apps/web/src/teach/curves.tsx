import type { CurvePoint } from "../worker/lessons.ts";

const [width, height] = [400, 170];
const margin = { left: 40, right: 10, top: 10, bottom: 26 };

interface Line {
  name: string;
  class: string;
  points: readonly (readonly [step: number, value: number])[];
}

/** How a training goes: losses, and the share of held-back pictures that is told. */
export function Curves({ points }: { points: readonly CurvePoint[] }) {
  const steps = points[0]?.steps ?? 1;
  const learnt = points.flatMap(({ step, loss }) => (loss === undefined ? [] : [[step, loss] as const]));
  const judged = points.flatMap(({ step, heldBack }) => (heldBack ? [[step, heldBack] as const] : []));
  const losses = judged.map(([step, { loss }]) => [step, loss] as const);
  const shares = judged.map(([step, { top1 }]) => [step, 100 * top1] as const);
  return (
    <div class="curves">
      <Chart
        title="Loss"
        steps={steps}
        most={Math.max(...[...learnt, ...losses].map(([, value]) => value), 1e-3)}
        lines={[
          { name: "learnt", class: "learnt", points: learnt },
          { name: "held back", class: "held-back", points: losses },
        ]}
      />
      {shares.length > 0 && (
        <Chart
          title="Held-back pictures told, %"
          steps={steps}
          most={100}
          lines={[{ name: "held back", class: "held-back", points: shares }]}
        />
      )}
    </div>
  );
}

function Chart({ title, steps, most, lines }: { title: string; steps: number; most: number; lines: readonly Line[] }) {
  const across = (step: number) => margin.left + (step / steps) * (width - margin.left - margin.right);
  const up = (value: number) => height - margin.bottom - (value / most) * (height - margin.top - margin.bottom);
  const label = (value: number) => Number(value.toPrecision(2));
  const ends = lines.flatMap(({ name, points }) => points.slice(-1).map(([, value]) => `${name} ${label(value)}`));
  return (
    <figure>
      <figcaption>
        {title}
        {lines.length > 1 && (
          <span class="keys" aria-hidden="true">
            {lines.map((line) => (
              <span key={line.name} class={line.class}>
                {line.name}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}, at last: ${ends.join(", ")}`}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line x1={margin.left} x2={width - margin.right} y1={up(share * most)} y2={up(share * most)} />
            <text x={margin.left - 6} y={up(share * most) + 4} text-anchor="end">
              {label(share * most)}
            </text>
          </g>
        ))}
        <text x={width - margin.right} y={height - 8} text-anchor="end">
          {steps === 1 ? "1 step" : `${steps} steps`}
        </text>
        {lines.map((line) => (
          <polyline
            key={line.name}
            class={line.class}
            points={line.points.map(([step, value]) => `${across(step).toFixed(1)},${up(value).toFixed(1)}`).join(" ")}
          />
        ))}
      </svg>
    </figure>
  );
}
