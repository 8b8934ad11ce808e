import type { Insight } from "../worker/calls.ts";
import { focusOf } from "./shown-map.ts";

const [width, height] = [400, 240];
const margin = { left: 44, right: 12, top: 12, bottom: 38 };

/** How far each head looks, by block: figure 7 of the ViT paper. */
export function DistancePlot({ inside }: { inside: Insight }) {
  const { distances } = inside;
  if (distances.length === 0) return <p class="hint">This model has no attention among its patches.</p>;
  const blocks = Math.max(...distances.map(({ block }) => block));
  const { step, most } = axisOf(Math.max(...distances.map(({ pixels }) => pixels)));
  const across = (block: number) => margin.left + ((block + 0.5) / (blocks + 1)) * (width - margin.left - margin.right);
  const up = (pixels: number) => height - margin.bottom - (pixels / most) * (height - margin.top - margin.bottom);
  const chosen = focusOf(inside);
  const marks = Array.from({ length: Math.round(most / step) + 1 }, (_, i) => i * step);
  return (
    <>
      <svg
        class="distances"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label="Attention distance of each head, in pixels, by block; the numbers are below"
      >
        {marks.map((pixels) => (
          <g key={pixels}>
            <line x1={margin.left} x2={width - margin.right} y1={up(pixels)} y2={up(pixels)} />
            <text x={margin.left - 8} y={up(pixels) + 4} text-anchor="end">
              {Number(pixels.toFixed(1))}
            </text>
          </g>
        ))}
        {Array.from({ length: blocks + 1 }, (_, block) => (
          <text key={block} x={across(block)} y={height - margin.bottom + 18} text-anchor="middle">
            {block}
          </text>
        ))}
        <text x={(margin.left + width) / 2} y={height - 3} text-anchor="middle">
          block
        </text>
        <text text-anchor="middle" transform={`translate(11 ${(height - margin.bottom) / 2}) rotate(-90)`}>
          pixels
        </text>
        {distances.map(({ block, head, pixels }) => (
          <circle
            key={`${block} ${head}`}
            class={block === chosen.block && (chosen.head === undefined || chosen.head === head) ? "chosen" : ""}
            cx={across(block)}
            cy={up(pixels)}
            r="4.5"
          >
            <title>{`Block ${block}, head ${head}: ${pixels.toFixed(1)} pixels`}</title>
          </circle>
        ))}
      </svg>
      <details>
        <summary>Numbers</summary>
        <div class="scroll" role="region" aria-label="Attention distances" tabIndex={0}>
          <table>
            <tbody>
              {Array.from({ length: blocks + 1 }, (_, block) => (
                <tr key={block}>
                  <th scope="row">Block {block}</th>
                  {distances
                    .filter((one) => one.block === block)
                    .map(({ head, pixels }) => (
                      <td key={head} class="number">
                        {pixels.toFixed(1)}
                      </td>
                    ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

/** Round marks from 0 to above the largest value, about four. */
function axisOf(largest: number): { step: number; most: number } {
  const rough = largest / 4 || 1;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((factor) => factor * unit >= rough)!;
  return { step, most: step * Math.ceil(largest / step) };
}
