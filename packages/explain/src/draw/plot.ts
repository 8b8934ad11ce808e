import { short, svg, text } from "./svg.ts";

/** What belongs together in a plot: joined by a line, or each for itself. */
export interface PlotSeries {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
  /** @default "line" */
  kind?: "line" | "points";
}

export interface PlotOptions {
  /** Above the drawing. */
  title: string;
  /** What the axis counts. */
  x: string;
  /** What the axis counts. */
  y: string;
  /** Ends of the axis of values. @default round numbers about the values */
  range?: readonly [least: number, most: number];
  /** Pixels across. @default 480 */
  width?: number;
  /** Pixels down. @default 300 */
  height?: number;
}

// Okabe and Ito: told apart by colour-blind eyes, too.
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const margin = { left: 58, right: 16, top: 36, bottom: 44 };

/** Lines and points over two axes, as SVG. Points that are not finite are left out. */
export function plot(series: readonly PlotSeries[], options: PlotOptions): string {
  const { title, range, width = 480, height = 300 } = options;
  const shown = series.map((one) => ({ ...one, points: one.points.filter((point) => point.every(Number.isFinite)) }));
  const all = shown.flatMap(({ points }) => points);
  const [xs, ys] = [ticks(all.map(([x]) => x)), ticks(range ?? all.map(([, y]) => y))];
  const named = shown.length > 1 ? shown : [];
  // Names stand beside the lines, each as wide as its letters.
  const names = named.reduce((longest, { name }) => Math.max(longest, 8 * name.length + 12), 0);
  const [left, right, bottom] = [margin.left, width - margin.right - names, height - margin.bottom];
  const across = (x: number) => short(left + share(x, xs) * (right - left));
  const up = (y: number) => short(bottom - share(y, ys) * (bottom - margin.top));
  const rule = (x1: number, y1: number, x2: number, y2: number) =>
    `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="currentColor" stroke-opacity="0.14"/>`;
  const marks = shown.map(({ points, kind = "line" }, i) => {
    const colour = colours[i % colours.length];
    if (kind === "line") {
      const path = points.map(([x, y]) => `${across(x)},${up(y)}`).join(" ");
      return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`;
    }
    return points.map(([x, y]) => `<circle cx="${across(x)}" cy="${up(y)}" r="4" fill="${colour}" fill-opacity="0.75"/>`).join(""); // prettier-ignore
  });
  return svg(width, height, [
    text(left, 20, title, 'class="title" font-size="14" font-weight="bold"'),
    ...ys.flatMap((y) => [rule(left, up(y), right, up(y)), text(left - 8, up(y) + 4, label(y), 'text-anchor="end" font-size="11"')]), // prettier-ignore
    ...xs.flatMap((x) => [rule(across(x), margin.top, across(x), bottom), text(across(x), bottom + 17, label(x), 'text-anchor="middle" font-size="11"')]), // prettier-ignore
    text((left + right) / 2, height - 8, options.x, 'text-anchor="middle"'),
    text(0, 0, options.y, `text-anchor="middle" transform="translate(14 ${short((margin.top + bottom) / 2)}) rotate(-90)"`), // prettier-ignore
    ...marks,
    ...named.map(({ name }, i) => legend(right + 12, margin.top + 12 + 18 * i, name, colours[i % colours.length]!)),
  ]);
}

/** A name in its colour. */
function legend(x: number, y: number, name: string, colour: string): string {
  return text(x, y, name, `style="fill: ${colour}" font-weight="bold"`);
}

/** About five round numbers that enclose all values. */
function ticks(values: readonly number[]): number[] {
  if (values.length === 0) return [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const rough = (most - least || Math.abs(most) || 1) / 5;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= rough * 0.999)!;
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

function share(value: number, [first = 0, ...rest]: readonly number[]): number {
  return (value - first) / ((rest.at(-1) ?? first + 1) - first);
}

/** 0.30000000000000004 -> "0.3", 20000 -> "20k" */
function label(value: number): string {
  const rounded = Number(value.toPrecision(6));
  return Math.abs(rounded) >= 10_000 ? `${rounded / 1000}k` : String(rounded);
}
