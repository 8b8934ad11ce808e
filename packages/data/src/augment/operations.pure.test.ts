import { expect, test } from "vitest";
import pillow from "../__fixtures__/augmented.json" with { type: "json" };
import { crc32 } from "../png/crc32.ts";
import { noise, syntheticPicture } from "../__fixtures__/pictures.ts";
import timm from "../__fixtures__/timm-operations.json" with { type: "json" };
import type { RgbImage } from "../rgb-image.ts";
import {
  type AffineInterpolation,
  type AffineOptions,
  rotate,
  shearX,
  shearY,
  translateX,
  translateY,
} from "./affine.ts";
import { brightness, contrast, greyscale, saturation, sharpness } from "./enhance.ts";
import { gaussianBlur } from "./gaussian-blur.ts";
import { turnHue } from "./hue.ts";
import { autoContrast, equalize, invert, posterize, solarize, solarizeAdd } from "./tones.ts";

type Operation = (image: RgbImage, argument: number, options: AffineOptions) => RgbImage;

const operations: Record<string, Operation> = {
  AutoContrast: autoContrast,
  Equalize: equalize,
  Invert: invert,
  Posterize: posterize,
  Solarize: solarize,
  SolarizeAdd: solarizeAdd,
  Color: saturation,
  Contrast: contrast,
  Brightness: brightness,
  Sharpness: sharpness,
  Desaturate: (image, factor) => saturation(image, Math.min(1, Math.max(0, 1 - factor))),
  GaussianBlur: gaussianBlur,
  Hue: turnHue,
  Rotate: rotate,
  ShearX: shearX,
  ShearY: shearY,
  TranslateX: translateX,
  TranslateY: translateY,
  TranslateXRel: (image, share, options) => translateX(image, share * image.width, options),
  TranslateYRel: (image, share, options) => translateY(image, share * image.height, options),
  jitter_brightness: brightness,
  jitter_contrast: contrast,
  jitter_saturation: saturation,
  jitter_hue: turnHue,
  grayscale3: greyscale,
};

function checksum(operation: string, image: RgbImage, argument: number, interpolation: string | null): number {
  const options = { interpolation: interpolation as AffineInterpolation, fill: [124, 116, 104] } as const;
  return crc32(operations[operation]!(image, argument, options).data);
}

/** The picture that timm's operations were given: every second row and column of a part. */
const timmPicture = ((): RgbImage => {
  const { width, data } = syntheticPicture();
  const picture = new Uint8Array(64 * 48 * 3);
  for (let i = 0; i < 64 * 48; i++) {
    const from = (60 + 2 * Math.floor(i / 64)) * width + 40 + 2 * (i % 64);
    picture.set(data.subarray(from * 3, from * 3 + 3), i * 3);
  }
  return { width: 64, height: 48, data: picture };
})();

test.each(Object.entries(timm.crc32))("%s equals timm and torchvision on Pillow to the bit", (name, wanted) => {
  const [operation, argument, interpolation] = name.split("/");
  expect(checksum(operation!, timmPicture, Number(argument), interpolation ?? null)).toBe(wanted);
});

type Row = [
  operation: string,
  width: number,
  height: number,
  argument: number,
  interpolation: string | null,
  crc32: number,
];

test("other sizes and arguments equal Pillow to the bit", () => {
  for (const [operation, width, height, argument, interpolation, wanted] of pillow as Row[]) {
    const got = checksum(operation, noise(width, height), argument, interpolation);
    expect({ operation, width, height, argument, interpolation, got }).toMatchObject({ got: wanted });
  }
});

test("nothing that is given changes", () => {
  const before = crc32(timmPicture.data);
  for (const operation of Object.keys(operations)) {
    checksum(operation, timmPicture, 0.3, "bicubic");
    expect({ operation, crc32: crc32(timmPicture.data) }).toEqual({ operation, crc32: before });
  }
});
