import { FormatError } from "@tessera/core";
import { readFixture } from "@tessera/testing";
import { expect, test } from "vitest";
import { buildZip } from "./__fixtures__/build-zip.ts";
import { openCheckpoint } from "./open-checkpoint.ts";
import { writeSafetensors } from "./safetensors/write.ts";

test.each([
  ["timm.safetensors", 32],
  ["google_compressed.npz", 40],
  ["google_fortran_order.npz", 40],
  ["wrapped_model.pth.tar", 32],
  ["dataparallel_half.pth", 32],
  ["bfloat16.pth", 32],
  ["legacy_not_zip.pth", 32],
  ["strided_views.pth", 5],
  ["huggingface.safetensors", 40],
])("opens %s by its content", async (name, count) => {
  const checkpoint = await openCheckpoint(
    new Blob([(await readFixture(new URL(`./__fixtures__/${name}`, import.meta.url))) as BlobPart]),
  );
  expect(checkpoint.tensors.size).toBe(count);
});

test("opens the smallest .safetensors", async () => {
  expect((await openCheckpoint(writeSafetensors({}))).tensors.size).toBe(0);
});

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.codePointAt(0)!);
test.each<[string, Uint8Array | Promise<Uint8Array>, RegExp]>([
  ["nothing", new Uint8Array(), /got an empty file/],
  ["noise", bytes("hello, world"), /got something else; check that it is the right file and whole/],
  [
    "a Git LFS pointer",
    bytes("version https://git-lfs.github.com/spec/v1\noid sha256:"),
    /Git LFS pointer; fetch the file itself/,
  ],
  ["a web page", bytes("\n<!DOCTYPE html><title>404"), /a web page/],
  ["gzip", bytes("\x1f\x8b\x08"), /a gzip archive; unpack it first/],
  ["tar", bytes(`${"x".repeat(257)}ustar`), /a tar archive/],
  ["HDF5", bytes("\x89HDF\r\n"), /HDF5/],
  ["another pickle", bytes("\x80\x04K\x01."), /a pickle that PyTorch did not write/],
  ["a shard index", bytes('{"weight_map": {}}'), /JSON text/],
  [
    "another zip",
    buildZip([{ name: "word/document.xml", bytes: new Uint8Array() }]),
    /expected a zip archive of PyTorch or NumPy, got one of word\/document\.xml/,
  ],
])("says what %s is", async (_, input, message) => {
  const error = await openCheckpoint(await input).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
});
