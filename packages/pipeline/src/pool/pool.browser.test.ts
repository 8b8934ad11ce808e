import { expect, inject, test } from "vitest";
import { pictures } from "../__fixtures__/pictures.ts";
import { imageClassifier } from "../tasks/image-classifier.ts";

const workers = { count: 1, backend: "wasm", wasmPath: inject("wasmPath") } as const;

test("a page's worker answers as the page does, and takes what an element shows", async () => {
  using pooled = await imageClassifier(undefined, { workers });
  using own = await imageClassifier();
  const image = new Image();
  image.src = pictures[2]!.url.href;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d")!.drawImage(image, 0, 0);
  const inputs = [...pictures.map(({ url }) => url), new URL(image.src).pathname, image, canvas];
  const [got, expected] = [await pooled(inputs), await own(inputs)];
  expect(got.map(([best]) => best!.label)).toEqual(["airplane", "frog", "ship", "truck", "ship", "ship", "ship"]);
  const scores = (results: typeof got) => results.flat().map(({ score }) => score);
  await expect(scores(got)).toBeAllClose(scores(expected));
});

test("says why a page's worker has no model, and that loading was aborted", async () => {
  await expect(imageClassifier("no_such_model", { workers })).rejects.toThrow(/no_such_model/);
  const stop = new AbortController();
  const loading = imageClassifier(undefined, { workers, signal: stop.signal });
  stop.abort();
  await expect(loading).rejects.toBe(stop.signal.reason);
});
