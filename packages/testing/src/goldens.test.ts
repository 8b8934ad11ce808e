import { expect, test } from "vitest";
import { readFixture } from "./fixture.ts";
import { readGoldens, restore } from "./goldens.ts";

const small = new URL("./__fixtures__/small.safetensors", import.meta.url);

test("reads a file beside the test", async () => {
  const bytes = await readFixture(small);
  expect(bytes).toBeInstanceOf(Uint8Array);
  expect(bytes.length).toBe(8 + Number(new DataView(bytes.buffer).getBigUint64(0, true)) + 16 + 24 + 3 + 4);
});

test("a missing file is an error, not a page that says so", async () => {
  await expect(readFixture(new URL("./__fixtures__/missing.safetensors", import.meta.url))).rejects.toThrow(
    /missing|404/,
  );
});

test("reads values, shapes and configuration", async () => {
  const goldens = await readGoldens(small);
  expect(goldens.config).toEqual({ depth: 3 });
  expect(goldens.reference).toBe("struct.pack of Python");
  expect([...goldens.tensors.keys()]).toEqual(["floats", "labels", "pixels", "odd"]);
  expect(goldens.get("floats")).toEqual({ shape: [2, 2], data: Float32Array.of(0.5, -1.5, 3.25, Infinity) });
  expect(goldens.get("labels")).toEqual({ shape: [3], data: Int32Array.of(3, -1, 7) });
  expect(goldens.get("pixels")).toEqual({ shape: [1, 3], data: Uint8Array.of(0, 128, 255) });
  expect(goldens.get("odd").data).toEqual(Float32Array.of(9));
  expect(() => goldens.get("flaots")).toThrow("Goldens: expected one of floats, labels, pixels, odd, got flaots");
});

test("restores tensors with tfjs's types", async () => {
  const goldens = await readGoldens(small);
  const [floats, labels, pixels] = ["floats", "labels", "pixels"].map((name) => restore(goldens.get(name)));
  expect(floats!.dtype).toBe("float32");
  expect(labels!.dtype).toBe("int32");
  expect(pixels!.dtype).toBe("int32");
  await expect(labels!).toBeAllClose([3, -1, 7]);
  await expect(pixels!).toBeAllClose([[0, 128, 255]]);
});
