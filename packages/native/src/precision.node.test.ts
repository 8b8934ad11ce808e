import { type Tensor3D, setBackend, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, repeat } from "@tessera/core";
import { cosine, seeded } from "@tessera/testing";
import { afterEach, expect, test } from "vitest";
import { configureNative } from "./index.ts";

afterEach(() => configureNative({ precision: "f32" }));

test("twelve blocks in bf16 point where they point in f32", async () => {
  await setBackend("native");
  const blocks = repeat(12, () => new EncoderBlock({ width: 96, heads: 3 }));
  for (const [i, block] of blocks.entries()) block.init(i);
  const x = seeded(1).normals([1, 65, 96]) as Tensor3D;
  const run = () => tidy(() => blocks.reduce((tokens, block) => block.forward(tokens), x)).dataSync();
  const exact = run();
  configureNative({ precision: "bf16" });
  const rounded = run();
  expect(cosine(exact, rounded)).toBeGreaterThan(0.9999);
  expect(Array.from(rounded)).not.toEqual(Array.from(exact));
  for (const block of blocks) block.dispose();
});
