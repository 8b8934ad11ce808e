import { short, svg, text } from "./svg.ts";

export interface BarsOptions {
  /** Above the drawing. */
  title: string;
  /** Ends of the axis, which has 0 in it. */
  range: readonly [least: number, most: number];
  /** Pixels across. @default 480 */
  width?: number;
}

const ROW = 30;
const TOP = 44;
const NAMES = 130;

/** A bar from 0 for each value, with its name and the value, as SVG. */
export function bars(values: readonly { name: string; value: number }[], options: BarsOptions): string {
  const { title, range: [least, most], width = 480 } = options; // prettier-ignore
  const across = (value: number) => NAMES + ((value - least) / (most - least)) * (width - NAMES - 60);
  const zero = across(0);
  const rows = values.flatMap(({ name, value }, i) => {
    const [y, end] = [TOP + i * ROW, across(Math.min(most, Math.max(least, value)))];
    return [
      text(NAMES - 10, y + 16, name, 'text-anchor="end"'),
      `<rect x="${short(Math.min(zero, end))}" y="${y + 4}" width="${short(Math.abs(end - zero))}" height="16" fill="#0072b2"/>`,
      text(width - 10, y + 16, value.toFixed(2), 'text-anchor="end"'),
    ];
  });
  const height = TOP + values.length * ROW + 12;
  const axis = `<line x1="${short(zero)}" y1="${TOP - 4}" x2="${short(zero)}" y2="${height - 12}" stroke="currentColor" stroke-opacity="0.4"/>`;
  return svg(width, height, [text(16, 24, title, 'class="title" font-size="14" font-weight="bold"'), ...rows, axis]);
}
