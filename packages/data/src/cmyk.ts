/**
 * Ink to light as Pillow's `convert("RGB")`: `(255 - k) * (255 - c) / 255`, no colour profile.
 *
 * @param cmyk [n, 4], 255 is full ink.
 * @returns [n, 3]
 * @see https://github.com/python-pillow/Pillow/blob/12.3.0/src/libImaging/Convert.c cmyk2rgb
 */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let s = 0, o = 0; s < cmyk.length; s += 4, o += 3) {
    const light = 255 - cmyk[s + 3]!;
    for (let c = 0; c < 3; c++) rgb[o + c] = Math.max(0, light - multiply(cmyk[s + c]!, light));
  }
  return rgb;
}

/** `a * b / 255`, rounded, without a division. */
function multiply(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
