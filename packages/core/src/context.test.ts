import { scalar } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { type Context, output, randomOf, within } from "./context.ts";
import { Random } from "./random.ts";

test("a child's values come under its name, a module's own under the module's", () => {
  const seen: string[] = [];
  const ctx: Context = { training: true, capture: (path) => seen.push(path) };
  const child = within(within(ctx, "blocks.0"), "attn");
  expect(child.training).toBe(true);
  child.capture!("weights", () => scalar(1));
  const y = scalar(2);
  expect(output(child, y)).toBe(y);
  output(ctx, y);
  expect(seen).toEqual(["blocks.0.attn.weights", "blocks.0.attn", ""]);
});

test("without capture a context is handed on as it is", () => {
  const ctx: Context = {};
  expect(within(ctx, "blocks.0")).toBe(ctx);
});

test("a missing random source is named, with the cure", () => {
  const random = new Random(1);
  expect(randomOf({ random }, "dropout")).toBe(random);
  expect(() => randomOf({}, "dropout")).toThrow(
    "dropout: expected a random source while training, got none; pass { training: true, random: new Random(seed) }",
  );
});
