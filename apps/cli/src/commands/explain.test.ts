import { readFile, readdir, stat } from "node:fs/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, drawn, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let model: string;
let picture: string;
beforeAll(async () => {
  place = await workplace();
  model = await place.model("model");
  picture = await place.picture("one.png", { width: 90, height: 60 });
});
afterAll(() => place?.dispose());

const small = (...args: string[]) => ["explain", "--model", model, "--backend", "cpu", ...args];

describe("tessera explain", () => {
  test("writes one map as an overlay on the picture, and nothing beside it", async () => {
    const out = await place.write("overlay/map.png", "old");
    const document = await json(["explain", `${drawn}frog.jpg`, "--backend", "wasm", "--out", out]);
    const { width, height } = await sharp(`${drawn}frog.jpg`).metadata();
    expect(document).toEqual({
      image: `${drawn}frog.jpg`,
      method: ["relevance"],
      target: { index: 6, label: "frog" },
      files: [out],
    });
    const { data, info } = await sharp(out).raw().toBuffer({ resolveWithObject: true });
    const scale = Math.max(1, 448 / Math.max(width, height));
    expect([info.width, info.height]).toEqual([Math.round(width * scale), Math.round(height * scale)]);
    // The model sees a square of the middle: what is beside it is dark, and the frog is not.
    const brightness = (from: number, to: number) => {
      let sum = 0;
      for (let y = 0; y < info.height; y++)
        for (let x = from; x < to; x++) sum += data[(y * info.width + x) * info.channels]!;
      return sum / ((to - from) * info.height);
    };
    const margin = Math.floor((info.width - info.height) / 2);
    expect(margin).toBeGreaterThan(10);
    expect(brightness(0, margin)).toBeLessThan(0.5 * brightness(margin + 1, info.width - margin - 1));
    expect(await readdir(place.path("overlay"))).toEqual(["map.png"]);
  });

  test("draws several maps and attention side by side, and plots below", async () => {
    const out = place.path("all.svg");
    const { code, stdout } = await tessera(small(picture, "--method", "rollout,attention,distance", "--out", out));
    expect([code, stdout]).toEqual([0, `${out}\n`]);
    const svg = await readFile(out, "utf8");
    expect(svg.match(/<image /g)).toHaveLength(1 + 2);
    expect(svg).toContain("block 0 head 1");
    expect(svg).toContain("Attention distance");
    const raster = place.path("all.png");
    expect(await tessera(small(picture, "--method", "grad-cam,occlusion", "--out", raster))).toMatchObject({ code: 0 });
    expect((await sharp(raster).metadata()).width).toBeGreaterThan(900);
  });

  test("puts everything on one page that asks for nothing, and says what this model has no answer to", async () => {
    const { code, stderr } = await tessera(small(picture), { cwd: place.folder });
    expect(code).toBe(0);
    const page = await readFile(place.path("one-explained.html"), "utf8");
    for (const title of ["Relevance", "Rollout", "Grad-CAM", "Occlusion", "Attention distance", "Logit lens", "Tokens", "Sanity check", "expected a TNT"]) expect(page).toContain(title); // prettier-ignore
    expect(page).toContain("default-src 'none'");
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:/);
    expect(stderr).toBe("");
  });

  test("explains the class that is asked for, by its name, and a block's heads from a patch", async () => {
    const out = place.path("green.png");
    const asked = ["--method", "attention", "--block", "0", "--patch", "1,0", "--target", "GREEN", "--out", out];
    expect(await json(small(picture, ...asked))).toMatchObject({ target: { index: 1, label: "green" } });
  });

  test("a picture of one pixel has its map, too", async () => {
    const pixel = await place.picture("pixel.png", { width: 1, height: 1 });
    const out = place.path("pixel-map.png");
    expect(await tessera(small(pixel, "--out", out))).toMatchObject({ code: 0, stderr: "" });
    expect(await sharp(out).metadata()).toMatchObject({ width: 448, height: 448 });
  });
});

describe("what cannot be explained is refused, and no file is left", () => {
  test.each([
    ["an unknown method", ["--method", "relevence"], 2, "Did you mean relevance?"],
    ["a block that there is not", ["--method", "attention", "--block", "1"], 1, "expected a block from 0 to 0, got 1"],
  ])("%s", async (_, args, code, message) => {
    const out = place.path("never.png");
    const outcome = await tessera(small(picture, ...args, "--out", out));
    expect(outcome).toMatchObject({ code, stdout: "" });
    expect(outcome.stderr).toContain(message);
    await expect(stat(out)).rejects.toThrow("ENOENT");
  }); // prettier-ignore

  test("a file of another kind, and one where none can be", async () => {
    const kind = await tessera(small(picture, "--out", place.path("map.gif")));
    expect(kind).toMatchObject({ code: 1, stderr: expect.stringContaining("--out: expected a file that ends with .png, .svg or .html, got ") }); // prettier-ignore
    const nowhere = await tessera(small(picture, "--out", place.path("no", "map.png")));
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining("expected to write it, got ENOENT") });
    const missing = await tessera(small(place.path("missing.png"), "--out", place.path("never.png")));
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("expected an image file, got no such file") }); // prettier-ignore
  });
});
