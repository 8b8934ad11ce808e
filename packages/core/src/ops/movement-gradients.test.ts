// See arithmetic-gradients.test.ts.
import {
  type Tensor,
  broadcastTo,
  cast,
  clone,
  concat,
  expandDims,
  grads,
  mean,
  mul,
  pad,
  reshape,
  slice,
  split,
  stack,
  sum,
  tensor,
  tensor2d,
  tile,
  transpose,
  unstack,
  where,
} from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { movementGradients } from "./movement-gradients.ts";

const random = seeded(1);
const cube = () => random.normals([2, 3, 4]);

const oneInput: Record<string, [string, (x: Tensor) => Tensor][]> = {
  Reshape: [
    ["to a matrix", (x) => reshape(x, [6, 4])],
    ["to a vector", (x) => reshape(x, [-1])],
  ],
  ExpandDims: [
    ["at the front", (x) => expandDims(x, 0)],
    ["at the end", (x) => expandDims(x, -1)],
  ],
  Identity: [["clone", (x) => clone(x)]],
  Cast: [["to float", (x) => cast(mul(x, 2), "float32")]],
  Transpose: [
    ["all axes", (x) => transpose(x)],
    ["a cycle, which is not its own inverse", (x) => transpose(x, [1, 2, 0])],
    ["no axis", (x) => transpose(x, [0, 1, 2])],
  ],
  Slice: [
    ["from the middle", (x) => slice(x, [0, 1, 2], [2, 1, 2])],
    ["to the end", (x) => slice(x, [1, 0, 1], [-1, -1, -1])],
    ["with begin as a number", (x) => slice(x, 1)],
    ["with fewer axes than there are", (x) => slice(x, [1, 2])],
    ["with size as a number", (x) => slice(x, [1, 1, 1], 1)],
    ["of everything", (x) => slice(x, [0, 0, 0])],
  ],
  PadV2: [
    [
      "on both sides",
      (x) =>
        pad(x, [
          [1, 0],
          [0, 2],
          [1, 1],
        ]),
    ],
    [
      "with a value",
      (x) =>
        pad(
          x,
          [
            [0, 0],
            [0, 0],
            [3, 0],
          ],
          7,
        ),
    ],
  ],
  Tile: [
    ["every axis", (x) => tile(x, [2, 1, 3])],
    ["broadcastTo", (x) => broadcastTo(slice(x, [0, 0, 0], [2, 1, 4]), [2, 5, 4])],
    ["broadcastTo with a new axis", (x) => broadcastTo(x, [3, 2, 3, 4])],
    ["once, which is a copy", (x) => tile(x, [1, 1, 1])],
  ],
  Sum: [
    ["over everything", (x) => sum(x)],
    ["over one axis", (x) => sum(x, 1)],
    ["over a negative axis", (x) => sum(x, -1)],
    ["over two, kept", (x) => sum(x, [0, -1], true)],
  ],
  Mean: [
    ["over everything", (x) => mean(x)],
    ["over one axis", (x) => mean(x, 0)],
    ["over negative axes", (x) => mean(x, [-1, -2])],
    ["over one, kept", (x) => mean(x, 1, true)],
  ],
  SplitV: [
    ["in equal parts, of which one is not used", (x) => split(x, 2, 2)[1]!],
    ["in unequal parts, used twice", (x) => concat([split(x, [1, 3], -1)[1]!, split(x, [1, 3], -1)[0]!], -1)],
  ],
  Unpack: [
    ["along the first axis", (x) => unstack(x)[1]!],
    ["along a negative axis", (x) => stack([...unstack(x, -1)].reverse())],
  ],
};

describe.each(Object.entries(oneInput))("%s", (_, forms) => {
  test.each(forms)("%s", async (__, f) => {
    await checkGradients((x) => f(x!), [cube()], { samples: 24 });
  });
});

describe("Concat", () => {
  test.each([0, 1, 2, -1, -3])("along axis %j, parts of unequal size", async (axis) => {
    const shapes = [1, 2, 3].map((size) => [2, 3, 4].map((other, i) => (i === (axis + 3) % 3 ? size : other)));
    await checkGradients(
      (...xs) => concat(xs, axis),
      shapes.map((shape) => random.normals(shape)),
      { samples: 8 },
    );
  });

  test("a part that needs no gradient", async () => {
    const fixed = cube();
    await checkGradients((x) => concat([fixed, x!], 0), [cube()], { samples: 8 });
  });
});

test("Pack along every axis", async () => {
  for (const axis of [0, 1, 3, -1]) await checkGradients((...xs) => stack(xs, axis), [cube(), cube()], { samples: 8 });
});

test("Select takes the gradient of the branch that was taken", async () => {
  const condition = tensor([1, 0, 0, 1, 1, 0], [2, 3], "bool");
  await checkGradients((x, y) => where(condition, x!, y!), [random.normals([2, 3]), random.normals([2, 3])]);
});

test("no kernel is left out", () => {
  const tested = [...Object.keys(oneInput), "Concat", "Pack", "Select"];
  expect(tested.sort()).toEqual(movementGradients.map(({ kernelName }) => kernelName).sort());
});

test("gradients leak nothing", async () => {
  const x = tensor2d([
    [1, 2],
    [3, 4],
  ]);
  await expectNoLeak(() => {
    const f = (z: Tensor) => {
      const parts = unstack(
        transpose(
          tile(
            pad(z, [
              [1, 1],
              [0, 0],
            ]),
            [1, 2],
          ),
        ),
      );
      return mean(
        mul(
          stack(parts),
          concat(
            [...parts].map((part) => expandDims(part, 0)),
            0,
          ),
        ),
        -1,
        true,
      );
    };
    for (const slope of grads(f)([x])) slope.dispose();
  });
});
