import { EncoderBlock, Linear, Module, Recomputed, repeat } from "@tessera/core";
import { expect, test } from "vitest";
import { recomputeBlocks, wrapBlocks } from "./wrap-blocks.ts";

const block = () => new EncoderBlock({ width: 4, heads: 2 });

/** Blocks under the name of what holds them. */
class Stage extends Module {
  readonly self = repeat(2, block);
}

class Pyramid extends Module {
  readonly block1 = new Stage();
  readonly block2 = new Stage();
  readonly blocks = repeat(1, block);
  readonly layers = repeat(1, () => new Linear(4, 4));
}

test("finds lists named blocks, and parts that are lists by themselves, each block at its path", () => {
  const model = new Pyramid();
  const paths = [...model.params().keys()];
  const found: string[] = [];
  wrapBlocks(model, (_, path) => {
    found.push(path);
    return undefined;
  });
  expect(found.sort()).toEqual(["block1.0", "block1.1", "block2.0", "block2.1", "blocks.0"]);
  recomputeBlocks(model);
  expect([...model.params().keys()]).toEqual(paths);
  expect([...model.block1.self, ...model.blocks].every((one) => one instanceof Recomputed)).toBe(true);
  expect(model.layers[0]).toBeInstanceOf(Linear);
});
