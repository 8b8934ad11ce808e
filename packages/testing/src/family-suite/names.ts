import { type Backbone, toHuggingFaceNames, toTimmNames } from "@tessera/core";
import { expect, test } from "vitest";
import { checkpointOf, contentsOf } from "../checkpoints.ts";
import type { FamilyCase } from "./family-case.ts";
import { smallModel, tensorsOf } from "./model-tensors.ts";

/** Names and layouts of others. */
export function testNames<M extends Backbone>(one: FamilyCase<M>): void {
  const { family, kinds, small, written } = one;
  const { dialects, huggingFace } = family;

  test.each(kinds)("no dialect takes the names of %s for its own, wrapped or not", async (kind) => {
    using model = smallModel(one, kind);
    const own = tensorsOf(model);
    for (const wrapper of ["", "module."]) {
      const wrapped = Object.fromEntries(Object.entries(own).map(([path, tensor]) => [wrapper + path, tensor]));
      const { checkpoint, dialect, dropped } = toTimmNames(checkpointOf(wrapped), dialects);
      expect([dialect, dropped]).toEqual(["timm", []]);
      expect(await contentsOf(checkpoint)).toEqual(await contentsOf(checkpointOf(own)));
    }
  });

  test("dialects have names of their own", () => {
    const names = dialects.map(({ name }) => name);
    expect(new Set([...names, "timm"]).size).toBe(names.length + 1);
  });

  test.each(kinds)("a checkpoint of %s tells what its config does not say", async (kind) => {
    using model = family.create(kind, { ...small, classes: 5 }).init(1);
    const checkpoint = checkpointOf(tensorsOf(model));
    const seen = family.configFrom(checkpoint.tensors);
    expect(seen.classes).toBe(5);
    using again = family.create(kind, { ...small, ...seen });
    await again.load(checkpoint);
    using headless = family.create(kind, { ...small, classes: 0 }).init(1);
    expect(family.configFrom(checkpointOf(tensorsOf(headless)).tensors).classes).toBe(0);
  });

  if (!huggingFace) return;
  test.each(written.huggingFace ?? [])(
    "%s with %o has transformers' names and back the same tensors",
    async (kind, overrides) => {
      using model = family.create(kind, overrides).init(1);
      const own = checkpointOf(tensorsOf(model));
      const theirs = toHuggingFaceNames(own, huggingFace.names);
      expect(theirs.dropped).toEqual([]);
      const back = toTimmNames(theirs.checkpoint, dialects);
      expect(back.dialect).toBe("huggingface");
      expect(await contentsOf(back.checkpoint)).toEqual(await contentsOf(own));
    },
  );
}
