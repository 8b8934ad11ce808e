import { expect, test } from "vitest";
import { openCheckpoint } from "../open-checkpoint.ts";
import { saveFolder } from "../save-folder.ts";
import { saveSafetensors } from "../safetensors/write.ts";

test("a path is relative to the page", async () => {
  const url = new URL("../__fixtures__/strided_views.pth", import.meta.url);
  const { tensors } = await openCheckpoint(url.pathname);
  expect(await tensors.get("scalar")!.read()).toEqual(Float32Array.of(2.5));
});

test("a page cannot write files, and is told what it can do", async () => {
  await expect(saveSafetensors("x.safetensors", {})).rejects.toThrow(
    /expected Node to write a file, got a browser; use writeSafetensors/,
  );
  await expect(saveFolder("x", {})).rejects.toThrow(/expected Node to write files, got a browser; take their bytes/);
});
