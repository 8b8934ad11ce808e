import { expect, test } from "vitest";
import { findVariant } from "./describe-variant.ts";
import {
  allFamilies,
  createBackbone,
  currentName,
  familyOf,
  familyOfModel,
  familyWith,
  unknownVariant,
  variantNames,
} from "./families.ts";

const families = await allFamilies();

test.each(families.map((family) => [family.name, family] as const))(
  "%s is found by each of its names, and by its models",
  async (name, family) => {
    for (const variant of Object.keys(family.variants)) expect(await familyOf(variant), variant).toBe(family);
    for (const other of [...family.timm.architectures, ...(family.huggingFace?.modelTypes ?? [])]) {
      expect(await familyWith(other, (found) => found === family), other).toBe(family);
    }
    using model = family.create(Object.keys(family.variants)[0]!);
    expect(await familyOfModel(model)).toBe(family);
    expect(model.family).toBe(name);
  },
);

test.each(
  families.flatMap((family) => Object.keys(family.timm.formerNames ?? {}).map((name) => [name, family] as const)),
)("%s, which timm gave up, leads to a variant and a checkpoint of today", async (name, family) => {
  const known = await findVariant(name);
  expect(known).toMatchObject({ name, family });
  const [variant, tag] = currentName(family, name).split(".") as [string, string];
  expect(known!.variant).toBe(variant);
  expect(known!.pretrained).toEqual(family.pretrained(variant)[tag]);
  expect(known!.pretrained).toBeDefined();
});

test("no two families share a name", async () => {
  const names = await variantNames();
  expect(new Set(names).size).toBe(names.length);
});

test("what no family has is no variant, also names that every object has", async () => {
  for (const name of ["constructor", "vit_", "tnt", "efficientnet_b0", "timm/vit_tiny_patch16_224", ""])
    expect(await familyOf(name), name).toBeUndefined();
  expect(await familyOfModel({ family: "mine" })).toBeUndefined();
});

test("makes a variant with overrides, and names the nearest of one that is none", async () => {
  using model = await createBackbone("tnt_s_patch16_224", { classes: 2, imageSize: 32 });
  expect(model.config).toMatchObject({ classes: 2, imageSize: 32, innerWidth: 24 });
  await expect(createBackbone("vit_tiny_patch16_225")).rejects.toThrow(
    /^createBackbone: expected a variant, got "vit_tiny_patch16_225"; did you mean vit_tiny_patch16_224 or \w+\?$/,
  );
  expect((await unknownVariant("here", "tnt_b")).message).toContain('here: expected a variant, got "tnt_b"');
});
