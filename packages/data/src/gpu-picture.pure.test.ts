import { expect, inject, test } from "vitest";
import { noise } from "./__fixtures__/pictures.ts";
import { gpuPicture } from "./gpu-picture.ts";

const onWebgpu = inject("backend") === "webgpu";

/** `ImageData` also where there is none. */
function imageData(width: number, height: number): ImageData {
  return { width, height, data: new Uint8ClampedArray(4 * width * height) } as ImageData;
}

test("files, addresses and RGB bytes are for the CPU", async () => {
  for (const input of [
    "boat.jpg",
    new URL("https://example.org/boat.jpg"),
    new Uint8Array(4),
    new Blob([]),
    noise(2, 2),
  ]) {
    expect(await gpuPicture(input)).toBeNull();
  }
});

test("pixels that are there already are for webgpu alone", async () => {
  const input = imageData(3, 2);
  expect(await gpuPicture(input)).toEqual(onWebgpu ? { width: 3, height: 2, source: input.data } : null);
});

test("what some GPU could not take is for the CPU", async () => {
  for (const [width, height] of [
    [8193, 1],
    [1, 8193],
    [8192, 4097],
  ] as const) {
    // prettier-ignore
    expect(await gpuPicture(imageData(width, height))).toBeNull();
  }
  const lying = { width: 4, height: 2, data: imageData(3, 2).data } as ImageData;
  expect(await gpuPicture(lying)).toBeNull();
});
