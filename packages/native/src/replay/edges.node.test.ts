import { type Tensor3D, findBackend, setBackend, tidy } from "@tensorflow/tfjs-core";
import { replayed } from "@tessera/core";
import { newBlock } from "@tessera/testing";
import { beforeEach, expect, test } from "vitest";
import type { NativeBackend } from "../backend.ts";
import { tokens } from "./__fixtures__/checks.ts";

beforeEach(async () => {
  await setBackend("native");
});

test("an input that a forward gives back is the caller's", () => {
  const same = replayed(newBlock(), (x: Tensor3D) => x);
  for (let run = 0; run < 6; run++) {
    const x = tokens(run);
    expect(same(x)).toBe(x);
  }
});

test("a forward that fails leaves the backend as it was", () => {
  const { addon, arrays } = findBackend("native") as NativeBackend;
  const forward = replayed(newBlock(), () => {
    throw new Error("it broke");
  });
  expect(() => tidy(() => forward(tokens(1)))).toThrow("it broke");
  expect(findBackend("native")).toMatchObject({ addon, arrays, tracer: undefined });
});
