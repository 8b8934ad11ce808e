import * as fc from "fast-check";
import { expect, test } from "vitest";
import { gatherStrided, isRowMajor, permuteAxes, rowMajorStrides } from "./strided.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });

/** The definition, index by index. */
function slow(values: Float32Array, shape: number[], strides: number[], offset: number): number[] {
  if (shape.length === 0) return [values[offset]!];
  return Array.from({ length: shape[0]! }, (_, i) =>
    slow(values, shape.slice(1), strides.slice(1), offset + i * strides[0]!),
  ).flat();
}

test("gathers any strides as the definition says", () => {
  const cases = shapes.chain((shape) =>
    fc.record({ shape: fc.constant(shape), strides: fc.tuple(...shape.map(() => fc.nat(5))), offset: fc.nat(3) }),
  );
  fc.assert(
    fc.property(cases, ({ shape, strides, offset }) => {
      const values = Float32Array.from({ length: 200 }, (_, i) => i);
      expect([...gatherStrided(values, shape, strides, offset)]).toEqual(slow(values, shape, strides, offset));
    }),
  );
});

test("a permutation and its inverse give the values back", () => {
  const cases = shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axes: fc.shuffledSubarray(
        shape.map((_, i) => i),
        { minLength: shape.length },
      ),
    }),
  );
  fc.assert(
    fc.property(cases, ({ shape, axes }) => {
      const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
      const there = permuteAxes(values, shape, axes);
      const back = axes.map((_, axis) => axes.indexOf(axis));
      expect(
        permuteAxes(
          there,
          axes.map((axis) => shape[axis]!),
          back,
        ),
      ).toEqual(values);
    }),
  );
});

test("knows row-major strides, whatever stands beside sizes of one", () => {
  expect(rowMajorStrides([2, 3, 4])).toEqual([12, 4, 1]);
  expect(isRowMajor([2, 1, 4], [4, 99, 1])).toBe(true);
  expect(isRowMajor([2, 3], [1, 2])).toBe(false);
  expect(isRowMajor([], [])).toBe(true);
  expect(isRowMajor([0, 3], [7, 7])).toBe(true);
  expect(gatherStrided(Int8Array.of(1), [0, 3], [7, 7])).toEqual(new Int8Array());
});
