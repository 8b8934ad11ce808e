import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import { writeSafetensors } from "./safetensors/write.ts";
import { type ByteSource, bufferSource } from "./source/byte-source.ts";
import { openShards } from "./sharded.ts";

const shard = (...names: string[]): Uint8Array =>
  writeSafetensors(
    Object.fromEntries(names.map((name) => [name, { shape: [1], values: Float32Array.of(name.length) }])),
  );
const files: Record<string, Uint8Array> = {
  "model-1.safetensors": shard("a", "bb"),
  "model-2.safetensors": shard("ccc"),
};
const index = (map: unknown): Uint8Array =>
  new TextEncoder().encode(typeof map === "string" ? map : JSON.stringify({ metadata: {}, weight_map: map }));

test("reads tensors from the files that the index names, and closes all", async () => {
  let open = 0;
  const locate = (name: string): ByteSource => {
    open++;
    return { ...bufferSource(files[name]!), close: async () => void open-- };
  };
  const checkpoint = await openShards(
    index({ ccc: "model-2.safetensors", a: "model-1.safetensors", bb: "model-1.safetensors" }),
    locate,
  );
  expect([...checkpoint.tensors.keys()]).toEqual(["ccc", "a", "bb"]);
  expect(await checkpoint.tensors.get("ccc")!.read()).toEqual(Float32Array.of(3));
  expect(open).toBe(2);
  await checkpoint.dispose();
  expect(open).toBe(0);
  await expect(openShards(index({ a: "model-1.safetensors", z: "model-2.safetensors" }), locate)).rejects.toThrow(
    /expected z in model-2\.safetensors, got a file without it/,
  );
  expect(open).toBe(0);
});

test.each<[string, unknown, RegExp]>([
  [
    "a path that leads elsewhere",
    { a: "../../etc/passwd" },
    /expected plain file names, got "\.\.\/\.\.\/etc\/passwd"/,
  ],
  ["an address", { a: "https://example.org/x.safetensors" }, /expected plain file names, got "https:/],
  ["a path of Windows", { a: "..\\x.safetensors" }, /expected plain file names/],
  ["an absolute path", { a: "/dev/zero" }, /expected plain file names/],
  ["a name longer than names are", { a: "a".repeat(256) }, /expected plain file names/],
  ["a hidden file", { a: ".env" }, /expected plain file names/],
  ["a file that is no text", { a: 1 }, /expected plain file names, got 1/],
  ["no weight_map", "{}", /expected a weight_map, got none/],
  ["no JSON", "nope", /expected JSON with a weight_map/],
  ["nothing", "null", /expected a weight_map/],
  ["a name twice", '{"weight_map":{"a":"x","a":"y"}}', /got "a" twice/],
])("refuses %s", async (_, map, message) => {
  let asked = 0;
  const locate = (): Uint8Array => {
    asked++;
    return files["model-1.safetensors"]!;
  };
  const error = await openShards(index(map), locate).catch((e: unknown) => e);
  expect(asked).toBe(0);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
});
