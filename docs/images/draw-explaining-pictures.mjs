// Draws the pictures of docs/explaining.md with the command itself: `node docs/images/draw-explaining-pictures.mjs`.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * @param {string} picture
 * @param {string} methods
 * @param {string} name
 * @param {number} [most] pixels across
 */
async function draw(picture, methods, name, most = 960) {
  const made = `docs/images/${name}-large.png`;
  const asked = ["explain", `examples/images/${picture}.jpg`, "--method", methods, "--out", made];
  execFileSync(process.execPath, ["scripts/tessera.mjs", ...asked], { cwd: root });
  const { width } = await sharp(`${root}/${made}`).metadata();
  const small = sharp(`${root}/${made}`).resize({ width: Math.min(most, width) });
  await small.png({ palette: true, colours: 128 }).toFile(`${root}/docs/images/${name}.png`);
  rmSync(`${root}/${made}`);
}

await draw("frog", "relevance,rollout,grad-cam,occlusion", "explain-maps");
await draw("ship", "attention", "explain-attention");
await draw("truck", "distance,positions", "explain-model", 560);

// Each drawing, its mirror image and the drawing with less light.
const place = mkdtempSync(join(tmpdir(), "tessera-"));
const folder = join(place, "drawings");
mkdirSync(folder);
for (const name of ["airplane", "frog", "ship", "truck"]) {
  const drawing = () => sharp(`${root}/examples/images/${name}.jpg`);
  await drawing().toFile(join(folder, `${name}.jpg`));
  await drawing()
    .flop()
    .toFile(join(folder, `${name}-mirrored.jpg`));
  await drawing()
    .modulate({ brightness: 0.6 })
    .toFile(join(folder, `${name}-dark.jpg`));
}
const made = join(place, "features.png");
execFileSync(process.execPath, ["scripts/tessera.mjs", "features", folder, "--out", made], { cwd: root });
await sharp(made).resize(560).png({ palette: true, colours: 128 }).toFile(`${root}/docs/images/features.png`);
rmSync(place, { recursive: true });
