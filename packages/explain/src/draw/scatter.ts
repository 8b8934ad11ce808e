import { escaped, short, svg, text } from "./svg.ts";

/** A picture at its place in the plane. */
export interface ScatteredPicture {
  /** What a pointer that rests on it is told. */
  name: string;
  /** Address of the picture; a data URI keeps the drawing in one file. */
  href: string;
  x: number;
  y: number;
  /** Those of one group have one colour. */
  group?: string | undefined;
}

export interface ScatterOptions {
  /** Above the drawing. */
  title: string;
  /** Longer side of the drawing. @default 960 */
  side?: number;
  /** Side of a picture. @default the smaller the more there are */
  thumbnail?: number;
}

// Okabe and Ito, and others of P. Tol's that are told apart from them.
export const groupColours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#44aa99", "#999933", "#332288"]; // prettier-ignore

const MARGIN = 48;

/** Pictures where their features are, as SVG; equal distances are equal along both axes. */
export function scatter(pictures: readonly ScatteredPicture[], options: ScatterOptions): string {
  const { title, side = 960, thumbnail = thumbnailSide(pictures.length) } = options;
  const { groups, places } = placed(pictures, side - 2 * MARGIN - thumbnail);
  const images = pictures.map(({ name, href, group }, i) => {
    const [x, y] = places[i]!.map((at) => short(at + MARGIN)) as [number, number];
    const colour = group === undefined ? "#8a96a3" : groupColours[groups.indexOf(group) % groupColours.length];
    const frame = `<rect x="${x}" y="${y}" width="${thumbnail}" height="${thumbnail}" fill="none" stroke="${colour}" stroke-width="2"/>`;
    return `<g><title>${escaped(name)}</title><image href="${escaped(href)}" x="${x}" y="${y}" width="${thumbnail}" height="${thumbnail}" preserveAspectRatio="xMidYMid slice"/>${frame}</g>`;
  });
  const legend = groups.slice(0, 24).map((group, i) => {
    const colour = groupColours[i % groupColours.length]!;
    return text(side - 12, 24 + 16 * i, group, `style="fill: ${colour}" text-anchor="end" font-weight="bold"`);
  });
  return svg(side, side, [
    text(16, 26, title, 'class="title" font-size="16" font-weight="bold"'),
    ...images,
    ...legend,
  ]);
}

/** The smaller the more there are. */
export function thumbnailSide(count: number): number {
  return Math.round(Math.min(72, Math.max(18, 560 / Math.sqrt(Math.max(1, count)))));
}

/** Groups in their order, and places in a square, its middle filled. */
export function placed(
  pictures: readonly ScatteredPicture[],
  side: number,
): { groups: string[]; places: [number, number][] } {
  const groups = [...new Set(pictures.flatMap(({ group }) => (group === undefined ? [] : [group])))].sort();
  const ends = (values: number[]) => [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)] as const; // prettier-ignore
  const [[left, right], [top, bottom]] = [ends(pictures.map(({ x }) => x)), ends(pictures.map(({ y }) => y))];
  const scale = side / (Math.max(right - left, bottom - top) || 1);
  const [marginX, marginY] = [(side - scale * (right - left)) / 2, (side - scale * (bottom - top)) / 2];
  return {
    groups,
    places: pictures.map(({ x, y }) => [marginX + scale * (x - left), marginY + scale * (y - top)]),
  };
}
