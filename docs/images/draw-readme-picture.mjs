// Draws README's picture from what `tessera classify` really says: `node docs/images/draw-readme-picture.mjs`.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const root = fileURLToPath(new URL("../..", import.meta.url));
const names = ["airplane", "ship", "truck", "frog"].map((name) => `examples/images/${name}.jpg`);
const json = execFileSync(process.execPath, ["scripts/tessera.mjs", "classify", ...names, "--json", "--top", "3"], {
  cwd: root,
});
const results = JSON.parse(json.toString());

const [card, gap, height] = [280, 16, 356];
const width = results.length * (card + gap) + gap;
const cards = results.map(({ image, top }, i) => {
  const x = gap + i * (card + gap);
  const bars = top.map(({ label, score }, j) => {
    const y = 272 + j * 26;
    return `<text x="${x + 14}" y="${y}" class="label">${label}</text>
      <rect x="${x + 118}" y="${y - 11}" width="100" height="12" rx="3" fill="#e3e8ef"/>
      <rect x="${x + 118}" y="${y - 11}" width="${Math.max(1, 100 * score)}" height="12" rx="3" fill="#2563a8"/>
      <text x="${x + card - 12}" y="${y}" class="score">${(100 * score).toFixed(1)} %</text>`;
  });
  const jpeg = readFileSync(new URL(`../../${image}`, import.meta.url)).toString("base64");
  return `<rect x="${x}" y="${gap}" width="${card}" height="${height - 2 * gap}" rx="12" fill="#fff" stroke="#d5dce6"/>
    <clipPath id="c${i}"><rect x="${x + 12}" y="${gap + 12}" width="${card - 24}" height="192" rx="8"/></clipPath>
    <image href="data:image/jpeg;base64,${jpeg}" x="${x + 12}" y="${gap + 12}" width="256" height="192" clip-path="url(#c${i})"/>
    <text x="${x + 14}" y="246" class="file">${basename(image)}</text>${bars.join("")}`;
});
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <style>text { font-family: "DejaVu Sans", sans-serif; font-size: 13px; fill: #1d2733 } .file { font-weight: bold } .score { text-anchor: end; fill: #51606f }</style>
  <rect width="100%" height="100%" fill="#f5f7fa"/>${cards.join("")}</svg>`;
await sharp(Buffer.from(svg), { density: 144 })
  .png({ palette: true })
  .toFile(fileURLToPath(new URL("classify.png", import.meta.url)));
