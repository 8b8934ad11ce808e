// Huawei's names against what timm's own loader makes of them; see make_names.py of the package of ViT.
import { type Checkpoint, FormatError, toTimmNames } from "@tessera/core";
import { checkpointOf, contentsOf, goldenCheckpoint, readGoldens, storedTensor, under } from "@tessera/testing";
import { expect, test } from "vitest";
import { tntDialects } from "./convert.ts";

const named = goldenCheckpoint(await readGoldens(new URL("./__fixtures__/names.safetensors", import.meta.url)));
const translated = (checkpoint: Checkpoint) => toTimmNames(checkpoint, tntDialects);

test("the official release becomes what timm makes of it", async () => {
  const got = translated(under(named, "tnt/in/"));
  expect(got).toMatchObject({ dialect: "tnt", activation: "gelu", epsilon: 1e-5 });
  expect(got.dropped).toEqual(["outer_tokens"]);
  expect(await contentsOf(got.checkpoint)).toEqual(await contentsOf(under(named, "tnt/out/")));
});

test.each([
  ["are no square", [1, 3, 2]],
  ["have no batch axis", [4, 2]],
])("refuses words that %s", (_, shape) => {
  const run = () => translated(checkpointOf({ inner_pos: storedTensor(new Float32Array(8), shape) }));
  expect(run).toThrow(FormatError);
  expect(run).toThrow(`expected a square grid of words, got [${shape.join(", ")}]; the file is of another model`);
});
