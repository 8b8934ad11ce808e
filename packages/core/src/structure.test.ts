import { expect, test } from "vitest";
import { Linear } from "./layers/linear.ts";
import { Module, repeat } from "./module.ts";
import { structureOf } from "./structure.ts";

class Model extends Module {
  readonly blocks = repeat(2, () => new Linear(2, 2));
  head: Linear | undefined = undefined;
  readonly config = { classes: 0, sizes: [1, 2], rate: Number.NaN };
}

const changes: [string, (model: Model) => void][] = [
  ["a part that was missing", (model) => (model.head = new Linear(2, 3))],
  ["another part", (model) => (model.blocks[1] = new Linear(2, 2))],
  ["one part more", (model) => model.blocks.push(new Linear(2, 2))],
  ["one part less", (model) => model.blocks.pop()],
  ["another parameter of a part", (model) => Object.assign(model.blocks[0]!, { weight: new Linear(2, 2).weight })],
  ["another number in a configuration", (model) => (model.config.classes = 3)],
  ["another number in a list of a configuration", (model) => (model.config.sizes[0] = 3)],
];

test.each(changes)("notices %s", (_, change) => {
  const model = new Model();
  const unchanged = structureOf(model);
  expect(unchanged()).toBe(true);
  change(model);
  expect(unchanged()).toBe(false);
  expect(structureOf(model)()).toBe(true);
});

test("what parameters hold does not count", () => {
  const model = new Model();
  const unchanged = structureOf(model);
  model.init(1);
  model.init(2);
  model.dispose();
  expect(unchanged()).toBe(true);
});

test("a part that holds what it is part of is looked at once", () => {
  const model = new Model();
  const unchanged = structureOf(Object.assign(model, { self: model, again: [model.config, model.config] }));
  expect(unchanged()).toBe(true);
  model.config.classes = 1;
  expect(unchanged()).toBe(false);
});
