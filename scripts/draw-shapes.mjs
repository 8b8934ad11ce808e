// node scripts/draw-shapes.mjs OUT [--pictures 4000] [--test 500] [--seed 0]: pictures of shapes that overlap, on textures, with COCO's
// annotations: what detectors are trained on here. Each picture follows from the seed, its part and its number alone.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    pictures: { type: "string", default: "4000" },
    test: { type: "string", default: "500" },
    seed: { type: "string", default: "0" },
  },
});
const [out] = positionals;
const parts = { train: Number(values.pictures), test: Number(values.test) };
if (!out || !Object.values(parts).every((count) => Number.isInteger(count) && count >= 0)) {
  console.error("usage: node scripts/draw-shapes.mjs OUT [--pictures 4000] [--test 500] [--seed 0]");
  process.exit(1);
}

/** Sides of the pictures, and of the shapes as a share of the shorter one. */
const sides = { least: 96, most: 128 };
const scales = { least: 0.14, most: 0.55 };
/** Points that each pixel's edge is sampled at, along each side. */
const SAMPLES = 3;
/** Of a shape that is hidden beyond this nothing is said. */
const VISIBLE = 0.45;

/**
 * Whether a point is inside of each shape, which has a radius of 1 around 0.
 * @type {Record<string, (x: number, y: number) => boolean>}
 */
const shapes = {
  circle: (x, y) => x * x + y * y < 0.81,
  cross: (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.28 && Math.max(Math.abs(x), Math.abs(y)) < 0.95,
  ring: (x, y) => x * x + y * y < 0.81 && x * x + y * y > 0.27,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.72,
  star: (x, y) => inStar(x, y),
  triangle: (x, y) => y < 0.5 && y > -1 + Math.sqrt(3) * Math.abs(x),
};
const names = Object.keys(shapes);

/**
 * A star of five points: between two of them the edge is a straight line.
 * @param {number} x
 * @param {number} y
 */
function inStar(x, y) {
  const fifth = (2 * Math.PI) / 5;
  const angle = Math.atan2(x, -y);
  const off = Math.abs(angle - Math.round(angle / fifth) * fifth);
  const radius = Math.hypot(x, y);
  const [tip, inner] = [1, 0.42];
  const [px, py] = [radius * Math.cos(off), radius * Math.sin(off)];
  const [qx, qy] = [inner * Math.cos(fifth / 2), inner * Math.sin(fifth / 2)];
  return (qx - tip) * py - qy * (px - tip) > 0;
}

/** @typedef {() => number} Source numbers from 0 to 1 */
/** @typedef {[number, number, number]} Colour */

/**
 * Numbers that follow from a text: FNV's hash, then mulberry32.
 * @param {string} text
 * @returns {Source}
 */
function randomOf(text) {
  let state = 2166136261;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @type {(random: Source, least: number, most: number) => number} */
const between = (random, least, most) => least + (most - least) * random();
/** @type {(random: Source) => Colour} */
const colourOf = (random) => [between(random, 10, 245), between(random, 10, 245), between(random, 10, 245)];
/** @type {(a: Colour, b: Colour) => number} */
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/**
 * Smooth noise from 0 to 1 over a grid of cells of some pixels.
 * @param {Source} random
 * @param {number} cell
 * @returns {(x: number, y: number) => number}
 */
function noiseOf(random, cell) {
  const grid = Float64Array.from({ length: 64 * 64 }, random);
  /** @type {(row: number, column: number) => number} */
  const at = (row, column) => grid[(row % 64) * 64 + (column % 64)] ?? 0;
  /** @type {(t: number) => number} */
  const smooth = (t) => t * t * (3 - 2 * t);
  return (x, y) => {
    const [row, column] = [Math.floor(y / cell), Math.floor(x / cell)];
    const [v, u] = [smooth(y / cell - row), smooth(x / cell - column)];
    const above = at(row, column) * (1 - u) + at(row, column + 1) * u;
    const below = at(row + 1, column) * (1 - u) + at(row + 1, column + 1) * u;
    return above * (1 - v) + below * v;
  };
}

/** @typedef {{ label: number, bbox: number[], area: number }} Thing */

/**
 * A picture's bytes, and what is on it.
 * @param {Source} random
 * @returns {{ data: Uint8Array, width: number, height: number, objects: Thing[] }}
 */
function draw(random) {
  const side = () => Math.floor(between(random, sides.least, sides.most + 1));
  const [width, height] = [side(), side()];
  const pixels = new Float32Array(width * height * 3);
  /** @type {[Colour, Colour]} */
  const grounds = [colourOf(random), colourOf(random)];
  const [coarse, fine] = [noiseOf(random, between(random, 16, 48)), noiseOf(random, between(random, 3, 9))];
  const roughness = between(random, 0, 40);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [share, grain] = [coarse(x, y), roughness * (fine(x, y) - 0.5)];
      for (const [c, light] of grounds[0].entries())
        pixels[(y * width + x) * 3 + c] = light * (1 - share) + (grounds[1][c] ?? 0) * share + grain;
    }
  }
  const owner = new Int32Array(width * height).fill(-1);
  const count = random() < 0.03 ? 0 : 1 + Math.floor(6 * random() * random() + 2 * random());
  const drawn = Array.from({ length: count }, (_, i) =>
    drawShape(pixels, owner, i, { width, height, grounds, random }),
  );
  /** @type {Thing[]} */
  const objects = [];
  for (const [i, { label, whole }] of drawn.entries()) {
    const box = boxOf(owner, i, width);
    if (box && box.area >= VISIBLE * whole) objects.push({ label, ...box });
  }
  // What little is seen of a hidden shape would be an object that nobody names.
  if (objects.length < drawn.length) return draw(random);
  return {
    data: Uint8Array.from(pixels, (value) => Math.min(255, Math.max(0, Math.round(value)))),
    width,
    height,
    objects,
  };
}

/**
 * Draws a shape over what is there; how many pixels it has, hidden or not.
 * @param {Float32Array} pixels
 * @param {Int32Array} owner
 * @param {number} index
 * @param {{ width: number, height: number, grounds: Colour[], random: Source }} picture
 */
function drawShape(pixels, owner, index, { width, height, grounds, random }) {
  const label = Math.floor(names.length * random());
  const inside = Object.values(shapes)[label] ?? (() => false);
  const share = scales.least * (scales.most / scales.least) ** random();
  const radius = (share * Math.min(width, height)) / 2;
  const cx = between(random, 0.8 * radius, width - 0.8 * radius);
  const cy = between(random, 0.8 * radius, height - 0.8 * radius);
  const turn = between(random, 0, 2 * Math.PI);
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
  let colour = colourOf(random);
  while (grounds.some((ground) => distance(ground, colour) < 70)) colour = colourOf(random);
  const shade = between(random, -35, 35);
  let whole = 0;
  for (let y = Math.max(0, Math.floor(cy - radius)); y < Math.min(height, Math.ceil(cy + radius)); y++) {
    for (let x = Math.max(0, Math.floor(cx - radius)); x < Math.min(width, Math.ceil(cx + radius)); x++) {
      let covered = 0;
      for (let s = 0; s < SAMPLES * SAMPLES; s++) {
        const u = (x + ((s % SAMPLES) + 0.5) / SAMPLES - cx) / radius;
        const v = (y + (Math.floor(s / SAMPLES) + 0.5) / SAMPLES - cy) / radius;
        if (inside(u * cos + v * sin, v * cos - u * sin)) covered++;
      }
      const alpha = covered / (SAMPLES * SAMPLES);
      if (alpha === 0) continue;
      const light = shade * ((x - cx) / radius);
      for (const [c, value] of colour.entries()) {
        const at = (y * width + x) * 3 + c;
        const before = pixels[at] ?? 0;
        pixels[at] = before + alpha * (value + light - before);
      }
      if (alpha < 0.5) continue;
      owner[y * width + x] = index;
      whole++;
    }
  }
  return { label, whole };
}

/**
 * The box around what is seen of a shape, and how many pixels that is; undefined of nothing.
 * @param {Int32Array} owner
 * @param {number} index
 * @param {number} width
 */
function boxOf(owner, index, width) {
  let [left, top, right, bottom, area] = [Infinity, Infinity, -1, -1, 0];
  for (let at = 0; at < owner.length; at++) {
    if (owner[at] !== index) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    area++;
  }
  return area === 0 ? undefined : { bbox: [left, top, right - left + 1, bottom - top + 1], area };
}

await mkdir(join(out, "annotations"), { recursive: true });
for (const [part, pictures] of Object.entries(parts)) {
  await mkdir(join(out, part), { recursive: true });
  const images = [];
  const annotations = [];
  for (let i = 0; i < pictures; i++) {
    const { data, width, height, objects } = draw(randomOf(`${values.seed}/${part}/${i}`));
    const file = `${String(i).padStart(6, "0")}.png`;
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(join(out, part, file));
    images.push({ id: i, file_name: file, width, height });
    for (const { label, bbox, area } of objects)
      annotations.push({ id: annotations.length + 1, image_id: i, category_id: label + 1, bbox, area, iscrowd: 0 });
  }
  const categories = names.map((name, i) => ({ id: i + 1, name }));
  await writeFile(
    join(out, "annotations", `instances_${part}.json`),
    JSON.stringify({ images, categories, annotations }),
  );
  console.log(`${part}: ${pictures} pictures, ${annotations.length} shapes`);
}
