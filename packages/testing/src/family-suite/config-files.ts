import type { Backbone } from "@tessera/core";
import { describe, expect, test } from "vitest";
import { checkpointOf } from "../checkpoints.ts";
import type { FamilyCase } from "./family-case.ts";
import { tensorsOf, testImages } from "./model-tensors.ts";

function shapesOf(model: Backbone): [string, readonly number[]][] {
  return [...model.state()].map(([path, { shape }]) => [path, shape]);
}

/** Configs that are written and read again: the same parameters, and the same answer. */
export function testConfigFiles<M extends Backbone>({ family, kinds, written }: FamilyCase<M>): void {
  const { timm, huggingFace } = family;

  /** What another model with the same weights answers must be what this one does. */
  async function expectEqualModel(model: M, config: M["config"]): Promise<void> {
    using again = family.build(config);
    expect(shapesOf(again)).toEqual(shapesOf(model));
    expect(family.featureInfo(again.config)).toEqual(family.featureInfo(model.config));
    model.init(1);
    await again.load(checkpointOf(tensorsOf(model)));
    const images = testImages(model);
    const [expected, got] = [model.forward(images), again.forward(images)];
    await expect(got).toBeAllClose(expected);
    for (const tensor of [images, expected, got]) tensor.dispose();
  }

  describe("timm's config", () => {
    test.each(written.timm)("of %s with %o comes back as it was", async (kind, overrides) => {
      using model = family.create(kind, overrides);
      const { first_conv, classifier, ...described } = timm.write(model.config);
      const read = timm.read(JSON.parse(JSON.stringify(described)), "here");
      await expectEqualModel(model, { ...read, classes: model.config.classes });
      const paths = [...model.state().keys()];
      expect(paths).toContain(`${first_conv}.weight`);
      for (const head of [classifier].flat()) {
        expect(paths.includes(`${head}.weight`), head).toBe(model.config.classes > 0);
        expect(model.headPaths).toContain(head);
      }
    });

    test("is read by every variant's name", () => {
      for (const [name, { params: _, source: __, ...config }] of Object.entries(family.variants)) {
        expect(timm.read({ architecture: name }, "here")).toMatchObject(config);
      }
    });

    test("with an argument that is not known is refused, and says which are", () => {
      const read = () => timm.read({ architecture: kinds[0]!, model_args: { no_such: 1 } }, "here");
      expect(read).toThrow(/^here: expected "model_args" among \w.*, got "no_such"$/);
    });
  });

  if (!huggingFace) return;
  test.each(written.huggingFace ?? [])(
    "transformers' config of %s with %o comes back as it was",
    async (kind, overrides) => {
      using model = family.create(kind, overrides);
      const { tensors } = checkpointOf(tensorsOf(model.init(1)));
      const { modelType } = huggingFace.names(tensors);
      expect(huggingFace.modelTypes).toContain(modelType);
      const described = JSON.parse(JSON.stringify(huggingFace.write(model.config, modelType)));
      expect(described.model_type).toBe(modelType);
      const read = huggingFace.read(described, "here", tensors);
      await expectEqualModel(model, { ...read, classes: model.config.classes });
      // without a checkpoint the class that wrote it tells whether there is a head
      const unseen = huggingFace.read({ ...described, id2label: { 0: "a", 1: "b", 2: "c" } }, "here");
      expect(unseen.classes).toBe(model.config.classes > 0 ? 3 : 0);
    },
  );
}
