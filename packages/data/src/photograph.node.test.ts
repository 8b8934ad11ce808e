import { existsSync } from "node:fs";
import { readGoldens } from "@tessera/testing";
import { expect, test } from "vitest";
import { decodeImage } from "./decode.node.ts";
import { frameImage } from "./frame.ts";
import type { Interpolation } from "./interpolation.ts";
import type { RgbImage } from "./rgb-image.ts";

// A COCO photograph, which may not be copied into the repository.
const shared = new URL("../../../../shared/", import.meta.url);
const photograph = new URL("data/coco/000000039769.png", shared);
const goldens = new URL("goldens/preprocess_photograph.safetensors", shared);
const stride = 7; // the goldens keep every 7th row and column

function thin({ width, height, data }: RgbImage): Uint8Array {
  const kept: number[] = [];
  for (let y = 0; y < height; y += stride) {
    for (let x = 0; x < width; x += stride) kept.push(...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3));
  }
  return Uint8Array.from(kept);
}

test("decodes, resizes and crops a photograph as Pillow", async ({ skip }) => {
  skip(
    !existsSync(photograph) || !existsSync(goldens),
    "needs ../shared/data/coco, which is not part of the repository",
  );
  const picture = await decodeImage(photograph);
  const { tensors } = await readGoldens(goldens);
  expect(tensors.size).toBe(7);
  for (const [name, { data }] of tensors) {
    const [, kind, pixels, filter, crop] = /^(short|squash)(\d+)_([a-z]+)(?:_crop(\d+))?$/.exec(name)!;
    const side = Number(crop ?? pixels);
    const framed = frameImage(picture, {
      size: [side, side],
      resize:
        kind === "short"
          ? { rule: "short-side", pixels: Number(pixels) }
          : { rule: "squash", width: side, height: side },
      interpolation: filter as Interpolation,
      centre: "round",
      fill: [0, 0, 0],
    });
    expect({ name, bytes: thin(framed) }).toEqual({ name, bytes: data });
  }
});
