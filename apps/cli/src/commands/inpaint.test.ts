import { readFile, writeFile } from "node:fs/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let model: string;
let picture: string;
beforeAll(async () => {
  place = await workplace();
  model = await place.inpainter("inpainter");
  picture = await place.picture("picture.png", { width: 40, height: 30 });
});
afterAll(() => place?.dispose());

const small = (...args: string[]) => ["inpaint", "--model", model, ...args];
const box = ["--box", "8,6,10,12"];

async function pixels(file: string) {
  const { data, info } = await sharp(await readFile(file))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

describe("tessera inpaint", () => {
  test("fills a box, or what is bright in a mask, and leaves the rest to the bit", async () => {
    const out = place.path("filled.png");
    const { code, stdout, stderr } = await tessera(small(picture, ...box, "--out", out));
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(/^wrote .*filled\.png: 40×30, \d+ ms\n$/);
    const [before, after] = [await pixels(picture), await pixels(out)];
    let changed = 0;
    for (let i = 0; i < 40 * 30; i++) {
      if (before.data.subarray(3 * i, 3 * i + 3).equals(after.data.subarray(3 * i, 3 * i + 3))) continue;
      changed++;
      const [x, y] = [i % 40, Math.floor(i / 40)];
      expect(x >= 8 && x < 18 && y >= 6 && y < 18).toBe(true);
    }
    expect(changed).toBeGreaterThan(60);

    const bright = Buffer.alloc(40 * 30);
    for (let y = 6; y < 18; y++) bright.fill(255, y * 40 + 8, y * 40 + 18);
    const mask = place.path("mask.png");
    await writeFile(
      mask,
      await sharp(bright, { raw: { width: 40, height: 30, channels: 1 } })
        .png()
        .toBuffer(),
    );
    const masked = place.path("masked.png");
    expect(await json(small(picture, "--mask", mask, "--out", masked))).toMatchObject({ image: picture, out: masked, width: 40, height: 30 }); // prettier-ignore
    expect((await pixels(masked)).data.equals(after.data)).toBe(true);
  });

  test("keeps what is transparent", async () => {
    const rgba = Buffer.alloc(40 * 30 * 4, 120).map((byte, i) => (i % 4 === 3 ? i % 251 : byte));
    const see = place.path("see-through.png");
    await writeFile(
      see,
      await sharp(rgba, { raw: { width: 40, height: 30, channels: 4 } })
        .png()
        .toBuffer(),
    );
    for (const end of ["png", "webp"]) {
      const out = place.path(`kept.${end}`);
      expect((await tessera(small(see, ...box, "--out", out))).code).toBe(0);
      const { data, channels } = await pixels(out);
      expect(channels).toBe(4);
      expect(data.filter((_, i) => i % 4 === 3)).toEqual(rgba.filter((_, i) => i % 4 === 3));
    }
    const out = place.path("flat.jpg");
    expect((await tessera(small(see, ...box, "--out", out))).code).toBe(0);
    expect((await pixels(out)).channels).toBe(3);
  });

  test("says what is wrong, and writes nothing", async () => {
    const out = place.path("nothing.png");
    const wrong = async (...args: string[]) => {
      const { code, stdout, stderr } = await tessera(args);
      expect([code, stdout]).toEqual([1, ""]);
      return stderr;
    };
    expect(await wrong("inpaint", picture, ...box, "--out", out)).toMatch(
      /expected a masked autoencoder, got none; pass --model/,
    );
    expect(await wrong(...small(picture, "--out", out))).toMatch(/expected a hole, got none; pass --mask .* or --box/);
    expect(await wrong(...small(picture, ...box, "--mask", picture, "--out", out))).toMatch(/expected a hole, got two/);
    expect(await wrong(...small(picture, ...box, "--out", place.path("x.gif")))).toMatch(/to end in \.png, \.jpg/);
    expect(await wrong(...small(picture, "--box", "90,90,5,5", "--out", out))).toMatch(
      /got one beside it at x 90, y 90/,
    );
    expect(await wrong(...small(place.path("none.png"), ...box, "--out", out))).toMatch(/none\.png/);
    const other = await place.picture("other.png", { width: 9, height: 9 });
    expect(await wrong(...small(picture, "--mask", other, "--out", out))).toMatch(/40×30 pixels, got 9×9/);
    await expect(readFile(out)).rejects.toThrow(/ENOENT/);
  });
});
