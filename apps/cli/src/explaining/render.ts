import { basename } from "node:path";
import { TesseraError, printable } from "@tessera/core";
import { type Panel, type ReportFigure, type ReportMap, overlay, panels, reportPage } from "@tessera/explain";
import type { Found } from "./explain-methods.ts";
import { jpegUri, png, rasterized, sized } from "./pictures.ts";
import type { Subject } from "./subject.ts";

/** What the end of a file's name says of its format. */
export type Format = "png" | "svg" | "html";

/** Longer side of a picture that is drawn on, alone and on a page. */
const ALONE = { least: 448, most: 2048 };
const ON_PAGE = { least: 448, most: 1024 };

/** A file as what is written. */
export async function* contentOf(file: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof file === "string" ? Buffer.from(file) : file;
}

/** @throws {TesseraError} if a file's name says of no format that there is. */
export function formatOf(file: string): Format {
  const end = /\.(png|svg|html)$/i.exec(file)?.[1]?.toLowerCase();
  if (end) return end as Format;
  throw new TesseraError(`--out: expected a file that ends with .png, .svg or .html, got ${printable(file)}`);
}

/** What was found as a file: an overlay, a drawing of several, or a page of all of it. */
export async function render(subject: Subject, found: Found, format: Format, image: string): Promise<string | Buffer> {
  if (format === "html") return page(subject, found, image);
  const shown = [...found.maps, ...(found.attention?.asked.panels ?? [])];
  const [only] = shown;
  if (format === "png" && only && shown.length === 1 && found.figures.length === 0) {
    const { picture, part } = await sized(subject.picture, subject.part, ALONE);
    return png(overlay(picture, only.map, { frame: part, signed: found.maps[0]?.signed }));
  }
  const drawings: string[] = [];
  if (found.maps.length > 0) drawings.push(await overlays(subject, found.maps));
  if (found.attention) drawings.push(await overlays(subject, found.attention.asked.panels, found.attention.asked.columns)); // prettier-ignore
  const svg = stacked([...drawings, ...found.figures.map((figure) => figure.svg)]);
  return format === "svg" ? svg : rasterized(svg);
}

/** Overlays side by side, the smaller the more there are. */
async function overlays(
  subject: Subject,
  maps: readonly Pick<ReportMap, "title" | "map" | "signed">[],
  columns?: number,
): Promise<string> {
  const side = maps.length === 1 ? 448 : maps.length <= 16 ? 224 : maps.length <= 40 ? 160 : 96;
  const { picture, part } = await sized(subject.picture, subject.part, { least: 2 * side, most: 2 * side });
  const drawn: Panel[] = [];
  for (const { title, map, signed } of maps)
    drawn.push({ title, href: await jpegUri(overlay(picture, map, { frame: part, signed })) });
  return panels(drawn, { side, proportion: picture.width / picture.height, columns });
}

/** Drawings one below the other. */
function stacked(drawings: readonly string[]): string {
  if (drawings.length === 1) return drawings[0]!;
  const sizes = drawings.map((svg) => /width="(\d+)" height="(\d+)"/.exec(svg)!.slice(1).map(Number));
  const width = Math.max(...sizes.map(([wide = 0]) => wide));
  let top = 0;
  const placed = drawings.map((svg, i) => {
    const at = svg.replace("<svg ", `<svg x="0" y="${top}" `);
    top += sizes[i]![1]!;
    return at;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...placed,
    "</svg>",
  ].join("\n");
}

async function page(subject: Subject, found: Found, image: string): Promise<string> {
  const { picture, part } = await sized(subject.picture, subject.part, ON_PAGE);
  const { labels, name } = subject.loaded;
  const { answers, target } = subject;
  return reportPage({
    title: `Why “${printable(labels[target]!)}”?`,
    subtitle: `${printable(basename(image))}, seen by ${printable(name)}`,
    picture: { href: await jpegUri(picture), width: picture.width, height: picture.height },
    frame: part,
    answers: answers.map(({ label, score }) => ({ label: printable(label), score })),
    maps: found.maps,
    attention: found.attention?.maps,
    figures: [...(await windowFigures(subject, found)), ...found.figures],
    notes: found.notes,
  });
}

/** Attention inside windows, which has no sliders. */
async function windowFigures(subject: Subject, { attention }: Found): Promise<ReportFigure[]> {
  if (!attention || attention.maps) return [];
  const about = "How much each token is looked at by those of its window, block by block, mapped back to the picture.";
  return [{ title: "Attention inside windows", about, svg: await overlays(subject, attention.asked.panels, attention.asked.columns) }]; // prettier-ignore
}
