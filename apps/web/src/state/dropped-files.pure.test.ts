import { expect, test } from "vitest";
import { sortFiles } from "./dropped-files.ts";

const file = (name: string, type = "") => new File(["x"], name, { type });
const [weights, config, picture] = [file("model.safetensors"), file("config.json"), file("cat.png", "image/png")];

test("weights are a model, with the config beside them", () => {
  const model = { kind: "files", weights, config };
  expect(sortFiles([config, file("README.md"), weights])).toEqual({ kind: "model", model });
  expect(sortFiles([weights])).toEqual({ kind: "model", model: { ...model, config: undefined } });
  expect(sortFiles([file("ema.safetensors"), weights, file("generation_config.json"), config])).toEqual({
    kind: "model",
    model,
  });
  const unnamed = file("last");
  expect(sortFiles([config, picture, file("README.md"), unnamed])).toEqual({
    kind: "model",
    model: { ...model, weights: unnamed },
  });
  expect(sortFiles([file("epoch=3.ckpt")])).toMatchObject({ kind: "model" });
});

test("else the picture among them, or the first of them", () => {
  expect(sortFiles([file("notes.txt"), picture])).toEqual({ kind: "picture", file: picture });
  expect(sortFiles([file("photo.heic")])).toMatchObject({ kind: "picture" });
});

test("nothing, and a config alone, are told apart", () => {
  expect(sortFiles([])).toMatchObject({ kind: "nothing" });
  expect(sortFiles([config])).toMatchObject({ kind: "nothing", why: expect.stringContaining("drop both together") });
});
