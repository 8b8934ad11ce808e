import { type Tensor3D, setBackend, tidy } from "@tensorflow/tfjs-core";
import { replayed } from "@tessera/core";
import { isReplay, newBlock } from "@tessera/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isas } from "../__fixtures__/both.ts";
import { configureNative, nativeStatus } from "../index.ts";
import { expectRight, tokens } from "./__fixtures__/checks.ts";

const { isa, threads } = nativeStatus();
beforeEach(async () => {
  await setBackend("native");
});
afterEach(() => configureNative({ precision: "f32", isa, threads }));

test("instruction set, precision and threads count at once", async () => {
  const block = newBlock();
  const plain = (x: Tensor3D) => block.forward(x);
  const forward = replayed(block, plain);
  for (const precision of ["f32", "bf16", "f32"] as const) {
    for (const set of [...isas, isas[0]!]) {
      configureNative({ precision, isa: set, threads: 1 });
      await expectRight(forward, plain);
      configureNative({ threads });
      expect(isReplay(() => forward(tokens(1)))).toBe(true);
      await expectRight(forward, plain);
    }
  }
});

test("another set or precision within the forward is of that forward", async () => {
  const block = newBlock();
  let set = isas[0]!;
  const plain = (x: Tensor3D) =>
    tidy(() => {
      configureNative({ precision: "bf16", isa });
      const y = block.forward(x);
      configureNative({ precision: "f32", isa: set });
      return block.forward(y);
    });
  const forward = replayed(block, plain);
  for (set of [...isas, ...isas]) for (let run = 0; run < 3; run++) await expectRight(forward, plain);
});
