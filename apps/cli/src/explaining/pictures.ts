import type { Part, RgbImage } from "@tessera/data";
import type { Picture } from "@tessera/explain";

/** A picture of another size, with the part that the model sees. */
export interface Sized {
  picture: Picture;
  part: Part;
}

/** Brings a picture's longer side between two sizes: a thumbnail shows no map, and a photograph need not be carried whole. */
export async function sized(
  image: RgbImage,
  part: Part,
  { least, most }: { least: number; most: number },
): Promise<Sized> {
  const longer = Math.max(image.width, image.height);
  const factor = Math.min(Math.max(1, least / longer), most / longer);
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * factor))) as [number, number]; // prettier-ignore
  if (width === image.width && height === image.height) return { picture: image, part };
  const resized = (await raw(image)).resize(width, height, { fit: "fill", kernel: factor < 1 ? "lanczos3" : "cubic" });
  const data = await resized.raw().toBuffer();
  const [across, down] = [width / image.width, height / image.height];
  return {
    picture: { width, height, data: new Uint8Array(data) },
    part: { left: part.left * across, top: part.top * down, width: part.width * across, height: part.height * down },
  };
}

/** One patch of what the model sees, as the original has it; at least a pixel. */
export async function cut(
  { picture, part }: Sized,
  { row, column }: { row: number; column: number },
  [rows, columns]: readonly [number, number],
): Promise<Picture> {
  const within = (at: number, least: number, most: number) => Math.min(most, Math.max(least, Math.round(at)));
  const left = within(part.left + (column * part.width) / columns, 0, picture.width - 1);
  const top = within(part.top + (row * part.height) / rows, 0, picture.height - 1);
  const width = within(part.width / columns, 1, picture.width - left);
  const height = within(part.height / rows, 1, picture.height - top);
  const data = await (await raw(picture)).extract({ left, top, width, height }).raw().toBuffer();
  return { width, height, data };
}

/** A small square of the middle of a picture, as an address. */
export async function thumbnail(picture: Picture): Promise<string> {
  const bytes = await (await raw(picture)).resize(96, 96, { fit: "cover" }).jpeg({ quality: 80 }).toBuffer();
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}

export async function png(picture: Picture): Promise<Buffer> {
  return (await raw(picture)).png().toBuffer();
}

/** Of a drawing; at twice its size, for screens of today. */
export async function rasterized(svg: string): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  return sharp(Buffer.from(svg), { density: 144, unlimited: true }).png({ palette: true }).toBuffer();
}

/** For what has few colours or sharp edges. */
export async function pngUri(picture: Picture): Promise<string> {
  return `data:image/png;base64,${(await png(picture)).toString("base64")}`;
}

/** For photographs. */
export async function jpegUri(picture: Picture): Promise<string> {
  const bytes = await (await raw(picture)).jpeg({ quality: 88, chromaSubsampling: "4:4:4" }).toBuffer();
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}

async function raw({ data, width, height }: Picture): Promise<import("sharp").Sharp> {
  const { default: sharp } = await import("sharp");
  return sharp(data, { raw: { width, height, channels: 3 } });
}
