import { type Tensor3D, setBackend, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, repeat } from "@tessera/core";
import { cosine, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { bf16Backends } from "./__fixtures__/bf16.ts";

/** The output of twelve blocks of random weights. */
async function run(backend: string): Promise<ArrayLike<number>> {
  await setBackend(backend);
  const blocks = repeat(12, () => new EncoderBlock({ width: 96, heads: 3 }));
  for (const [i, block] of blocks.entries()) block.init(i);
  const x = seeded(1).normals([1, 65, 96]) as Tensor3D;
  const values = tidy(() => blocks.reduce((tokens, block) => block.forward(tokens), x)).dataSync();
  for (const used of [x, ...blocks]) used.dispose();
  return values;
}

test.each(bf16Backends)("twelve blocks on %s point where they point in f32", async (backend) => {
  const [exact, rounded] = [await run("native"), await run(backend)];
  expect(cosine(exact, rounded)).toBeGreaterThan(0.9999);
  expect(Array.from(rounded)).not.toEqual(Array.from(exact));
});
