import { decodeImage } from "@tessera/data";
import type { DetectedObject } from "@tessera/pipeline";

/** Longer side below which a picture is enlarged: labels on a thumbnail could not be read. */
const LEAST = 640;

/** A picture with a box and a label for each object, the surest on top; a PNG or else a JPEG, as the name says. */
export async function annotated(
  image: string,
  objects: readonly DetectedObject[],
  format: "png" | "jpeg",
): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const { data, width, height } = await decodeImage(image);
  const factor = Math.max(1, LEAST / Math.max(width, height));
  const size = { width: Math.round(width * factor), height: Math.round(height * factor) };
  const picture = sharp(data, { raw: { width, height, channels: 3 } }).resize(size.width, size.height, {
    fit: "fill",
  });
  const drawn = picture.composite([{ input: Buffer.from(overlay(objects, factor, size)) }]).removeAlpha();
  return drawn.toFormat(format, format === "jpeg" ? { quality: 90, chromaSubsampling: "4:4:4" } : {}).toBuffer();
}

/** Boxes and labels, in pixels of the enlarged picture. */
export function overlay(
  objects: readonly DetectedObject[],
  factor: number,
  { width, height }: { width: number; height: number },
): string {
  const longer = Math.max(width, height);
  const line = Math.max(2, longer / 320);
  const font = Math.max(14, longer / 45);
  const drawn = [...objects].reverse().map(({ label, score, index, box }) => {
    const within = (at: number, most: number) => Math.min(most, Math.max(0, at * factor));
    const [left, top] = [within(box.xmin, width), within(box.ymin, height)];
    const [right, bottom] = [within(box.xmax, width), within(box.ymax, height)];
    const words = `${label} ${(100 * score).toFixed(0)} %`;
    const [wide, tall] = [words.length * font * 0.68 + font * 0.6, font * 1.35];
    // Above the box where there is room, else within it.
    const x = Math.max(0, Math.min(left - line / 2, width - wide));
    const y = top - tall >= 0 ? top - tall : Math.min(top, height - tall);
    const colour = colourOf(index);
    return [
      `<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" fill="none" stroke="${colour}" stroke-width="${line}"/>`,
      `<rect x="${x}" y="${y}" width="${wide}" height="${tall}" fill="${colour}"/>`,
      `<text x="${x + font * 0.3}" y="${y + font}" font-size="${font}" fill="#fff" textLength="${wide - font * 0.6}" lengthAdjust="spacingAndGlyphs">${escaped(words)}</text>`,
    ].join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="'DejaVu Sans', system-ui, sans-serif" font-weight="bold">${drawn.join("")}</svg>`;
}

/** One for each class, dark enough for white letters; neighbours in the list are far apart. */
function colourOf(index: number): string {
  return `hsl(${Math.round((index * 137.508) % 360)}, 75%, 36%)`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Text that means itself: class names come from whoever made the model. */
function escaped(words: string): string {
  // What XML has no place for would spoil the whole drawing.
  return words.replace(/[^\t\n\r\x20-\uFFFD]/g, "?").replace(/[&<>]/g, (character) => entities[character]!);
}
