/** `levelsOf` of `@tessera/detection`, for boxes that are known: nothing waits for a backend. */
export function levelsOfCorners(boxes: readonly number[], canonicalSize: number): number[] {
  return Array.from({ length: boxes.length / 4 }, (_, i) => {
    const [left, top, right, bottom] = boxes.slice(4 * i, 4 * i + 4) as [number, number, number, number];
    const side = Math.sqrt((right - left) * (bottom - top));
    return [0.5, 1, 2].filter((share) => side >= canonicalSize * share).length;
  });
}
