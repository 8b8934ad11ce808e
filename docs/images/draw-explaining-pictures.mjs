// Draws the pictures of docs/explaining.md with the command itself: `node docs/images/draw-explaining-pictures.mjs`.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
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
