import { TesseraError } from "@tessera/core";
import { svg, text } from "./svg.ts";

/** What is drawn of one model. */
export interface BesideColumn {
  title: string;
  /** SVG that this package drew, from above; those in one row are of one kind. Empty where a model has none of it. */
  drawings: readonly string[];
}

const GAP = 28;
const HEAD = 34;

/**
 * Drawings of several models in one, a column for each and in rows, so that what is of one kind can be compared.
 * @throws {TesseraError} if a drawing does not say its size.
 */
export function beside(columns: readonly BesideColumn[], { title }: { title: string }): string {
  const sizes = columns.map(({ drawings }) => drawings.map(sizeOf));
  const widths = columns.map((_, c) => Math.max(220, ...sizes[c]!.map(([width]) => width)));
  const count = Math.max(0, ...columns.map(({ drawings }) => drawings.length));
  const heights = Array.from({ length: count }, (_, row) => Math.max(...sizes.map((own) => own[row]?.[1] ?? 0)));
  const top = (row: number) => 2 * HEAD + heights.slice(0, row).reduce((sum, height) => sum + height, 0);
  const left = (column: number) => widths.slice(0, column).reduce((sum, width) => sum + width + GAP, 0);
  const drawn = columns.flatMap(({ title: name, drawings }, column) => [
    text(left(column) + 14, HEAD + 20, name, 'font-size="13" font-weight="bold"'),
    ...drawings.map((drawing, row) => drawing.replace("<svg ", `<svg x="${left(column)}" y="${top(row)}" `)),
  ]);
  const heading = text(14, 26, title, 'class="title" font-size="16" font-weight="bold"');
  return svg(left(columns.length) - GAP, top(count), [heading, ...drawn]);
}

function sizeOf(drawing: string): [width: number, height: number] {
  if (drawing === "") return [0, 0];
  const [, width, height] = /^<svg [^>]*width="(\d+)" height="(\d+)"/.exec(drawing) ?? [];
  if (width === undefined || height === undefined)
    throw new TesseraError("beside: expected drawings of this package, got one without width and height");
  return [Number(width), Number(height)];
}
