import { memory } from "@tensorflow/tfjs-core";
import { type Backbone, TesseraError, classCounts } from "@tessera/core";
import { describe, expect, test } from "vitest";
import type { FamilyCase } from "./family-case.ts";

/** The tables: variants and their checkpoints. */
export function testPublished<M extends Backbone>({ family, kinds }: FamilyCase<M>): void {
  const names = Object.keys(family.variants);

  test.each(names)("%s declares the published number of parameters, and allocates none", (name) => {
    const before = memory().numTensors;
    const model = family.create(name);
    const { params, source, ...config } = family.variants[name]!;
    expect(model.paramCount).toBe(params);
    expect(new URL(source).protocol).toBe("https:");
    expect(model.config).toEqual(config);
    expect(model.family).toBe(family.name);
    expect(memory().numTensors).toBe(before);
  });

  test("kinds are variants", () => {
    expect(names).toEqual(expect.arrayContaining([...kinds]));
  });

  test("a misspelt name gets the nearest", () => {
    const [name] = names;
    const create = () => family.create(`${name}0`);
    expect(create).toThrow(TesseraError);
    expect(create).toThrow(new RegExp(`: expected a variant, got "${name}0"; did you mean ${name}\\?$`));
    expect(() => family.create("toString")).toThrow('expected a variant, got "toString"');
  });

  describe("checkpoints", () => {
    test("lie under their variant's name, with the classes of their labels and the pixels that they expect", () => {
      for (const name of names) {
        for (const [tag, one] of Object.entries(family.pretrained(name))) {
          // What timm has not lies with others, under names of theirs.
          const hub = /^(?!timm\/)[\w.-]+\/[\w.-]+$/.test(one.hub) ? one.hub : `timm/${name}.${tag}`;
          expect(one.hub, name).toBe(hub);
          expect(one.classes, one.hub).toBe(classCounts[one.labels]);
          expect(one.cropPct > 0 && one.cropPct <= 1, one.hub).toBe(true);
          expect([...one.mean, ...one.std].every((value) => value > 0 && value < 1)).toBe(true);
          expect([one.mean.length, one.std.length]).toEqual([3, 3]);
        }
      }
    });

    test("are the caller's, and none for a name that the family has not", () => {
      const name = names.find((variant) => Object.keys(family.pretrained(variant)).length > 0)!;
      for (const one of Object.values(family.pretrained(name))) one.classes = -1;
      expect(Object.values(family.pretrained(name)).every(({ classes }) => classes >= 0)).toBe(true);
      expect(family.pretrained("toString")).toEqual({});
    });
  });
}
