// Words against tfjs's own convolution: any distance, both forms, patches and words that are not square.
import {
  type Tensor,
  type Tensor4D,
  add,
  concat,
  conv2d,
  mul,
  pad,
  reshape,
  slice,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";
import { seeded } from "@tessera/testing";
import { afterEach, expect, test } from "vitest";
import type { TntConfig } from "./config.ts";
import { PixelEmbed } from "./pixel-embed.ts";

const made: { dispose(): void }[] = [];
afterEach(() => {
  for (const owner of made.splice(0)) owner.dispose();
});

function own<T extends { dispose(): void }>(owner: T): T {
  made.push(owner);
  return owner;
}

function embedding(overrides: Partial<TntConfig> = {}): PixelEmbed {
  const patches = { imageSize: 16, patchSize: 8, width: 16, innerWidth: 8 };
  const blocks = { depth: 0, heads: 1, innerHeads: 1, mlpDim: 1, classes: 0 };
  return own(new PixelEmbed({ ...patches, ...blocks, ...overrides }).init(1));
}

function images(height: number, width: number, batch = 2): Tensor4D {
  return own(seeded(height + width).normals([batch, height, width, 3])) as Tensor4D;
}

/** The convolution by tfjs: [b, h, w, c] -> [b, rows, columns, d] */
function convolved({ proj }: PixelEmbed, x: Tensor4D, strides: [number, number]): Tensor4D {
  const filter = transpose(proj.weight.value as Tensor as Tensor4D, [2, 3, 1, 0]);
  const padded = pad(x, [
    [0, 0],
    [3, 3],
    [3, 3],
    [0, 0],
  ]);
  return add(conv2d(padded, filter, strides, "valid"), proj.bias.value);
}

test.each([1, 2, 3, 4, 5, 7, 8, 9])(
  "words %i pixels apart are those of a convolution on each patch",
  async (stride) => {
    const embed = embedding({ imageSize: 8, innerPatchSize: stride });
    const side = Math.ceil(8 / stride);
    expect(embed.words).toEqual([side, side]);
    const x = images(8, 8);
    const expected = tidy(() => reshape(convolved(embed, x, [stride, stride]), [2, side * side, 8]));
    await expect(own(embed.forward(x))).toBeAllClose(own(expected));
  },
);

test("each patch by itself, row by row", async () => {
  const embed = embedding({ imageSize: [8, 24], patchSize: [4, 12], innerPatchSize: [4, 3] });
  expect(embed.words).toEqual([1, 4]);
  const x = images(8, 24);
  const all = own(embed.forward(x));
  expect(all.shape).toEqual([2 * 4, 4, 8]);
  for (const [index, [row, column]] of [
    [0, 0],
    [0, 12],
    [4, 0],
    [4, 12],
  ].entries() as ArrayIterator<[number, [number, number]]>) {
    const patch = own(slice(x, [1, row, column, 0], [1, 4, 12, 3]));
    const expected = own(tidy(() => reshape(convolved(embed, patch, [4, 3]), [1, 4, 8])));
    await expect(own(slice(all, [4 + index, 0, 0], [1, -1, -1]))).toBeAllClose(expected);
  }
});

test("the legacy form convolves the whole image, then brings a patch's words together", async () => {
  const embed = embedding({ legacy: true });
  const x = images(16, 24);
  const all = own(embed.forward(x));
  expect(all.shape).toEqual([2 * 6, 4, 8]);
  const whole = own(tidy(() => convolved(embed, x, [4, 4]))); // [2, 4, 6, 8]
  // The patch in row 1, column 2 of the second image.
  const expected = own(tidy(() => reshape(slice(whole, [1, 2, 4, 0], [1, 2, 2, 8]), [1, 4, 8])));
  await expect(own(slice(all, [11, 0, 0], [1, -1, -1]))).toBeAllClose(expected);
});

test("legacy words see over the border of their patch, the others do not", async () => {
  const x = images(16, 16, 1);
  const [left, right] = [slice(x, [0, 0, 0, 0], [1, 16, 8, 3]), slice(x, [0, 0, 8, 0], [1, 16, 8, 3])].map(own);
  const changed = own(concat([mul(left!, 2), right!], 2)) as Tensor4D;
  for (const legacy of [false, true]) {
    const embed = embedding({ legacy });
    // The patch at the top right; its neighbour to the left changes.
    const wordsOf = (picture: Tensor4D) => own(tidy(() => slice(embed.forward(picture), [1, 0, 0], [1, 4, 8]))).data();
    const [before, after] = [await wordsOf(x), await wordsOf(changed)];
    const differing = [0, 1, 2, 3].filter((word) =>
      before.slice(word * 8, word * 8 + 8).some((value, channel) => value !== after[word * 8 + channel]),
    );
    expect(differing).toEqual(legacy ? [0, 2] : []);
  }
});

test("positions are the same in all patches: [1, d, rows, columns]", async () => {
  const embed = embedding();
  const x = images(16, 16);
  const positions = own(seeded(3).normals([1, 8, 2, 2])) as Tensor4D;
  const table = own(tidy(() => reshape(transpose(positions, [0, 2, 3, 1]), [1, 4, 8])));
  const expected = own(tidy(() => add(embed.forward(x), table)));
  await expect(own(embed.forward(x, {}, positions))).toBeAllClose(expected);
});
