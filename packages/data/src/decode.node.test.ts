import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FormatError, TesseraError } from "@tessera/core";
import { readGoldens } from "@tessera/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crc32 } from "./png/crc32.ts";
import decoded from "./__fixtures__/decoded.json" with { type: "json" };
import { type Expected, largestDifference, withSides } from "./__fixtures__/difference.ts";
import { flat, noise } from "./__fixtures__/pictures.ts";
import { decodeImage } from "./decode.node.ts";

const url = (name: string) => new URL(`./__fixtures__/images/${name}`, import.meta.url);
const path = (name: string) => fileURLToPath(url(name));
const file = async (name: string) => new Uint8Array(await readFile(path(name)));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tessera-data-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("equals Pillow", () => {
  // libvips repeats the halved chroma of AVIF where Pillow interpolates, and rounds its colours otherwise.
  const tolerance: Record<string, number> = { "420.avif": 24, "444.avif": 1, "exif6.avif": 1 };

  const entries = Object.entries<Expected>(decoded);

  test.each(entries.filter(([name]) => !(name in tolerance)))("%s", async (name, expected) => {
    const image = await decodeImage(path(name));
    expect(Object.getPrototypeOf(image.data)).toBe(Uint8Array.prototype);
    expect([image.width, image.height, crc32(image.data)]).toEqual([expected.width, expected.height, expected.crc32]);
  });

  test.each(entries.filter(([name]) => name in tolerance))("%s, nearly", async (name, expected) => {
    const difference = largestDifference(await decodeImage(path(name)), expected);
    expect(difference).toBeLessThanOrEqual(tolerance[name]!);
  });

  test("on the goldens' JPEG", async () => {
    const goldens = await readGoldens(new URL("./__fixtures__/preprocess_synthetic.safetensors", import.meta.url));
    const wanted = goldens.get("jpeg_decoded");
    const image = await decodeImage(new URL("./__fixtures__/synthetic.jpg", import.meta.url));
    expect([image.height / 4, image.width / 4, 3]).toEqual(wanted.shape);
    const every4th = image.data.filter((_, i) => {
      const pixel = Math.floor(i / 3);
      return (pixel % image.width) % 4 === 0 && Math.floor(pixel / image.width) % 4 === 0;
    });
    expect(every4th).toEqual(wanted.data);
  });
});

describe("takes", () => {
  const expected = decoded["rgb.png"];
  const check = async (input: Parameters<typeof decodeImage>[0]) => {
    const image = await decodeImage(input);
    expect([image.width, image.height, crc32(image.data)]).toEqual([expected.width, expected.height, expected.crc32]);
  };

  test("a path, a file URL and a file URL as text", async () => {
    await check(path("rgb.png"));
    await check(url("rgb.png"));
    await check(url("rgb.png").href);
  });

  test("bytes, an ArrayBuffer and a Blob", async () => {
    const bytes = await file("rgb.png");
    const padded = new Uint8Array(bytes.length + 3);
    padded.set(bytes, 3);
    await check(bytes);
    await check(padded.subarray(3));
    await check(bytes.slice().buffer);
    await check(new Blob([bytes]));
  });

  test("a data URL and an address", async () => {
    const bytes = await file("rgb.png");
    await check(`data:image/png;base64,${Buffer.from(bytes).toString("base64")}`);
    const server = createServer((request, response) => {
      response.writeHead(request.url === "/rgb.png" ? 200 : 404).end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await check(`${site}/rgb.png`);
    await check(new URL("/rgb.png", site));
    await expect(decodeImage(`${site}/other.png`)).rejects.toThrow(
      new TesseraError(`decodeImage: expected an image, got status 404 from ${site}/other.png`, { code: "not-found" }),
    );
    await new Promise((resolve) => server.close(resolve));
    await expect(decodeImage(`${site}/rgb.png`)).rejects.toThrow(/expected an image, got fetch failed from/);
  });

  test("pixels, which need no sharp", async () => {
    const image = noise(3, 2);
    expect(await decodeImage(image)).toEqual(image);
    const data = Uint8ClampedArray.of(1, 2, 3, 0, 4, 5, 6, 255);
    const rgb = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    expect(await decodeImage({ width: 2, height: 1, data, colorSpace: "srgb" } as ImageData)).toEqual(rgb);
    await expect(decodeImage({ ...image, width: 4 })).rejects.toThrow("expected 24 bytes for 4×2 RGB, got 18");
  });

  test("one pixel, and a strip 30,000 pixels wide", async () => {
    expect(await decodeImage(path("one-pixel.png"))).toMatchObject({ width: 1, height: 1 });
    const wide = await decodeImage(path("wide.png"));
    expect([wide.width, wide.height]).toEqual([30_000, 20]);
    expect(wide.data.subarray(-3)).toEqual(flat(1, 1, [9, 90, 200]).data);
  });
});

describe("refuses", () => {
  test("what is not there, and a folder", async () => {
    await expect(decodeImage(join(folder, "none.png"))).rejects.toThrow(
      new TesseraError(`decodeImage: expected an image file, got no such file: ${join(folder, "none.png")}`, {
        code: "not-found",
      }),
    );
    await expect(decodeImage(folder)).rejects.toThrow(
      new TesseraError(`decodeImage: expected an image file, got a folder: ${folder}`),
    );
  });

  test("an empty file, and one that is not an image, whatever its name", async () => {
    const fake = join(folder, "fake.png");
    await writeFile(fake, "");
    await expect(decodeImage(fake)).rejects.toThrow(
      new FormatError(`decodeImage: expected an image, got an empty file: ${fake}`),
    );
    await writeFile(fake, "hello, world");
    await expect(decodeImage(fake)).rejects.toThrow(
      new FormatError(
        `decodeImage: expected JPEG, PNG, WebP, AVIF, GIF or TIFF, got ${fake}, which begins with 68 65 6c 6c 6f 2c 20 77`,
      ),
    );
    await expect(decodeImage(new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>"))).rejects.toThrow(
      FormatError,
    );
    await expect(decodeImage(null as never)).rejects.toThrow(/expected a path, URL, bytes, Blob or pixels/);
  });

  test.each([
    "alpha16.png",
    "444.jpg",
    "odd-progressive.jpg",
    "lossy.webp",
    "444.avif",
    "rgb.tif",
    "lzw.tif",
    "palette.gif",
  ])("%s cut short", async (name) => {
    const bytes = await file(name);
    for (const part of [0.5, 0.9]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * part));
      await expect(decodeImage(cut), `${part}`).rejects.toThrow(
        /expected a whole .* image, got a damaged or cut one: the bytes given/,
      );
      await expect(decodeImage(cut), `${part}`).rejects.toBeInstanceOf(FormatError);
    }
  });

  test("30,000 × 30,000 pixels, from the header", async () => {
    const huge = withSides(await file("rgb.png"), 30_000, 30_000, crc32);
    await expect(decodeImage(huge)).rejects.toThrow(
      new TesseraError(
        "decodeImage: expected at most 178956970 pixels, got 30000×30000 = 900000000 in the bytes given; " +
          "make the picture smaller, or pass a larger maxPixels",
      ),
    );
  });

  test("more than maxPixels", async () => {
    await expect(decodeImage(path("rgb.png"), { maxPixels: 279 })).rejects.toThrow(
      /at most 279 pixels, got 20×14 = 280/,
    );
    expect(await decodeImage(path("rgb.png"), { maxPixels: 280 })).toMatchObject({ width: 20 });
    await expect(decodeImage(path("palette.gif"), { maxPixels: 279 })).rejects.toThrow(/at most 279 pixels/);
  });

  test("to go on when aborted", async () => {
    const reason = new Error("no longer wanted");
    for (const input of [path("rgb.png"), await file("rgb.png"), path("palette.gif"), noise(1, 1)]) {
      await expect(decodeImage(input, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    }
    for (const input of [path("rgb.png"), await file("rgb.png"), path("palette.gif")]) {
      const controller = new AbortController();
      const decoding = decodeImage(input, { signal: controller.signal });
      controller.abort(reason);
      await expect(decoding).rejects.toBe(reason);
    }
  });
});
