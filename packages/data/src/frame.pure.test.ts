import { describe, expect, test } from "vitest";
import { crc32 } from "./png/crc32.ts";
import framing from "./__fixtures__/framing.json" with { type: "json" };
import { flat, noise } from "./__fixtures__/pictures.ts";
import { frameImage } from "./frame.ts";
import { huggingFacePreprocessing } from "./hugging-face-preprocessing.ts";
import { placement } from "./placement.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { timmPreprocessing } from "./timm-preprocessing.ts";
import { torchvisionPreprocessing } from "./torchvision-preprocessing.ts";

const readers: Record<string, (config: never) => Preprocessing> = {
  timm: timmPreprocessing,
  torchvision: torchvisionPreprocessing,
  transformers: huggingFacePreprocessing,
};

describe.each(Object.keys(readers))("frames as %s", (source) => {
  const rows = framing.filter((row) => row.source === source);
  test.each(rows.map((row) => [JSON.stringify(row.config), row] as const))("%s", (_, { config, results }) => {
    const spec = readers[source]!(config as never);
    const [height, width] = spec.size;
    expect(results.length).toBeGreaterThan(8);
    for (const [w, h, resizedWidth, resizedHeight, crc] of results as [number, number, number, number, number][]) {
      const { resized } = placement({ width: w, height: h }, { width, height }, spec.resize, spec.centre);
      expect(resized, `${w}×${h}`).toEqual({ width: resizedWidth, height: resizedHeight });
      const framed = frameImage(noise(w, h), spec);
      expect([framed.width, framed.height, crc32(framed.data)], `${w}×${h}`).toEqual([width, height, crc]);
    }
  });
});

test("pads with the fill colour", () => {
  const rules = { resize: { rule: "none" }, interpolation: "box", centre: "round", fill: [7, 8, 9] } as const;
  const framed = frameImage(flat(1, 1, [1, 2, 3]), { size: [1, 4], ...rules });
  expect([...framed.data]).toEqual([7, 8, 9, 1, 2, 3, 7, 8, 9, 7, 8, 9]);
});
