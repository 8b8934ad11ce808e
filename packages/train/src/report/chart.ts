import { escaped } from "./escape.ts";

/** A line of a chart. Points that are not finite are left out. */
export interface Series {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

export interface ChartOptions {
  /** Above the drawing. */
  title: string;
  /** What x counts. */
  x: string;
  /** Pixels across. @default 480 */
  width?: number;
  /** Pixels down. @default 300 */
  height?: number;
}

// Okabe and Ito: told apart by colour-blind eyes, too.
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"];
const margin = { left: 52, right: 16, top: 34, bottom: 40 };

/** Lines over two axes as SVG, without a document: for files, pages and terminals that show pictures. */
export function lineChart(series: readonly Series[], options: ChartOptions): string {
  const { title, x: xName, width = 480, height = 300 } = options;
  const shown = series.map(({ name, points }) => ({
    name,
    points: points.filter((point) => point.every(Number.isFinite)),
  }));
  const all = shown.flatMap(({ points }) => points);
  const [xs, ys] = [ticks(all.map(([x]) => x)), ticks(all.map(([, y]) => y))];
  const across = (x: number) => margin.left + share(x, xs) * (width - margin.left - margin.right);
  const up = (y: number) => height - margin.bottom - share(y, ys) * (height - margin.top - margin.bottom);
  const number = (value: number) => Number(value.toFixed(2));
  const line = (x1: number, y1: number, x2: number, y2: number) =>
    `<line x1="${number(x1)}" y1="${number(y1)}" x2="${number(x2)}" y2="${number(y2)}" stroke="#ddd"/>`;
  const text = (x: number, y: number, words: string, more = "") =>
    `<text x="${number(x)}" y="${number(y)}" ${more}>${escaped(words)}</text>`;
  const [left, right, bottom] = [margin.left, width - margin.right, height - margin.bottom];
  const paths = shown.map(({ points }, i) => {
    const path = points.map(([x, y]) => `${number(across(x))},${number(up(y))}`).join(" ");
    return `<polyline points="${path}" fill="none" stroke="${colours[i % colours.length]}" stroke-width="1.5"/>`;
  });
  const legend = shown.map(({ name }, i) =>
    text(right - 6, margin.top + 14 + 15 * i, name, `text-anchor="end" fill="${colours[i % colours.length]}"`),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(left, 20, title, 'font-size="13" font-weight="bold"'),
    ...ys.flatMap((y) => [line(left, up(y), right, up(y)), text(left - 6, up(y) + 4, label(y), 'text-anchor="end"')]),
    ...xs.flatMap((x) => [
      line(across(x), margin.top, across(x), bottom),
      text(across(x), bottom + 16, label(x), 'text-anchor="middle"'),
    ]),
    text((left + right) / 2, height - 8, xName, 'text-anchor="middle"'),
    ...paths,
    ...legend,
    "</svg>",
  ].join("\n");
}

/** About five round numbers that enclose all values. */
function ticks(values: readonly number[]): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (values.length === 0) return [0, 1];
  const span = most - least || Math.abs(most) || 1;
  const rough = span / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= rough)!;
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(most / step));
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
