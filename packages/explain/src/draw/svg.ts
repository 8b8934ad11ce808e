const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that means itself in HTML and SVG: class names come from whoever made the model. */
export function escaped(words: string): string {
  return words.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** A drawing of its own, which a page may colour by `currentColor` and `.paper`. */
export function svg(width: number, height: number, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="'DejaVu Sans', system-ui, sans-serif" font-size="12" color="#1d2733">`,
    `<rect class="paper" width="100%" height="100%" fill="#fff"/>`,
    ...content,
    "</svg>",
  ].join("\n");
}

export function text(x: number, y: number, words: string, attributes = ""): string {
  return `<text x="${short(x)}" y="${short(y)}" fill="currentColor" ${attributes}>${escaped(words)}</text>`;
}

/** A coordinate to a hundredth of a pixel. */
export function short(value: number): number {
  return Number(value.toFixed(2));
}
