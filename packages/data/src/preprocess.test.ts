import { ShapeError, TesseraError } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import normalised from "./__fixtures__/normalised.json" with { type: "json" };
import { flat, noise } from "./__fixtures__/pictures.ts";
import { huggingFacePreprocessing } from "./hugging-face-preprocessing.ts";
import { preprocess, preprocessBatch, toTensor } from "./preprocess.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { timmPreprocessing } from "./timm-preprocessing.ts";
import { torchvisionPreprocessing } from "./torchvision-preprocessing.ts";

const readers: Record<string, (config: never) => Preprocessing> = {
  timm: timmPreprocessing,
  torchvision: torchvisionPreprocessing,
  transformers: huggingFacePreprocessing,
};

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
}

test.each(normalised.map((row) => [row.source, JSON.stringify(row.config), row] as const))(
  "normalises as %s to the bit: %s",
  (source, _, { config, values }) => {
    const got = preprocess(noise(37, 29), readers[source]!(config as never));
    expect(got).toEqual(floats(values));
  },
);

test("a spec survives JSON", () => {
  const spec = timmPreprocessing({ input_size: [3, 9, 11], crop_mode: "border" });
  const copy: Preprocessing = JSON.parse(JSON.stringify(spec));
  expect(preprocess(noise(20, 10), copy)).toEqual(preprocess(noise(20, 10), spec));
});

test("a batch is its pictures one after the other, whatever their sizes", async () => {
  const spec = timmPreprocessing({ input_size: [3, 8, 8] });
  const pictures = [noise(9, 30), noise(40, 8), noise(1, 1)];
  const batch = preprocessBatch(pictures, spec);
  expect(batch.shape).toEqual([3, 8, 8, 3]);
  expect(batch.dtype).toBe("float32");
  const values = await batch.data();
  for (const [i, picture] of pictures.entries()) {
    expect(values.slice(i * 192, (i + 1) * 192)).toEqual(preprocess(picture, spec));
  }
  batch.dispose();
});

test("toTensor scales bytes to 0…1 and keeps the size", async () => {
  const tensor = toTensor({ width: 2, height: 1, data: Uint8Array.of(0, 51, 255, 1, 2, 3) });
  expect(tensor.shape).toEqual([1, 2, 3]);
  expect(await tensor.data()).toEqual(Float32Array.of(0, 0.2, 1, 1 / 255, 2 / 255, 3 / 255));
  tensor.dispose();
});

test("leaves no tensor behind", async () => {
  const spec = timmPreprocessing({ input_size: [3, 8, 8] });
  await expectNoLeak(() => {
    preprocessBatch([noise(9, 9)], spec).dispose();
    toTensor(noise(3, 3)).dispose();
  });
});

test("refuses what makes no sense", () => {
  const spec = timmPreprocessing({ input_size: [3, 8, 8] });
  expect(() => preprocess({ width: 2, height: 2, data: new Uint8Array(16) }, spec)).toThrow(
    new ShapeError("frameImage: expected 12 bytes for 2×2 RGB, got 16"),
  );
  expect(() => preprocess(flat(2, 2, [0, 0, 0]), { ...spec, size: [0, 8] })).toThrow(ShapeError);
  expect(() => preprocess(flat(2, 2, [0, 0, 0]), { ...spec, std: [1, 0, 1] })).toThrow(/three non-zero deviations/);
  expect(() => preprocessBatch([], spec)).toThrow(
    new TesseraError("preprocessBatch: expected at least one picture, got none"),
  );
});
