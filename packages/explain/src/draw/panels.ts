import { escaped, short, svg, text } from "./svg.ts";

/** A picture with its name. */
export interface Panel {
  title: string;
  /** Address of the picture; a data URI keeps the drawing in one file. */
  href: string;
}

export interface PanelOptions {
  /** Above all panels. @default none */
  title?: string;
  /** @default as many as make the whole about square */
  columns?: number;
  /** Longer side of a panel, in pixels. @default 224 */
  side?: number;
  /** Width of a picture over its height. @default 1 */
  proportion?: number;
  /** True keeps pixels apart where they are enlarged. @default false */
  pixelated?: boolean;
}

const GAP = 14;
const CAPTION = 22;

/** Pictures side by side with their names, as SVG. */
export function panels(shown: readonly Panel[], options: PanelOptions = {}): string {
  const { title, side = 224, proportion = 1, pixelated = false } = options;
  const columns = Math.min(shown.length, options.columns ?? Math.ceil(Math.sqrt(shown.length)));
  const [wide, high] = proportion >= 1 ? [side, side / proportion] : [side * proportion, side];
  const head = title === undefined ? GAP : GAP + 26;
  const named = shown.some((panel) => panel.title);
  const step = high + (named ? CAPTION : 0) + GAP;
  const width = Math.round(GAP + columns * (wide + GAP));
  const height = Math.round(head + Math.ceil(shown.length / columns) * step);
  const drawn = shown.map((panel, i) => {
    const [x, y] = [GAP + (i % columns) * (wide + GAP), head + Math.floor(i / columns) * step];
    const hint = pixelated ? ' style="image-rendering: pixelated"' : "";
    const image = `<image href="${escaped(panel.href)}" x="${short(x)}" y="${short(y)}" width="${short(wide)}" height="${short(high)}" preserveAspectRatio="none"${hint}/>`;
    const letters = Math.floor(wide / 6.6);
    const name = panel.title.length > letters ? `${panel.title.slice(0, letters - 1)}…` : panel.title;
    return image + (panel.title ? text(x, y + high + 15, name, `font-size="${wide < 90 ? 10 : 12}"`) : "");
  });
  const heading =
    title === undefined ? [] : [text(GAP, GAP + 13, title, 'class="title" font-size="15" font-weight="bold"')];
  return svg(width, height, [...heading, ...drawn]);
}
