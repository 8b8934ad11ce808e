import type { RgbImage } from "@tessera/data";

/** A picture as an address that holds it, so that a page needs no other file; large ones are made smaller. */
export async function dataUri({ data, width, height }: RgbImage): Promise<string> {
  const { default: sharp } = await import("sharp");
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  const small = Math.max(width, height) > 256 ? image.resize(256, 256, { fit: "inside" }) : image;
  return `data:image/png;base64,${(await small.png().toBuffer()).toString("base64")}`;
}
