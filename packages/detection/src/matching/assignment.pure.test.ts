// Assignments against scipy's linear_sum_assignment; small ones against every permutation.
import { ShapeError, TesseraError } from "@tessera/core";
import { readGoldens } from "@tessera/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assignment } from "./assignment.ts";

const goldens = await readGoldens(new URL("../__fixtures__/assignment.safetensors", import.meta.url));
const unique = goldens.config["unique"] as Record<string, boolean>;

/** What scipy was given, and how far our total is from its. */
function solved(name: string) {
  const { shape, data } = goldens.get(`${name}/cost_inf_allowed`);
  const [rows, columns] = shape as [number, number];
  const found = assignment(data, [rows, columns]);
  const total = found.rows.reduce((sum, row, i) => sum + data[row * columns + found.columns[i]!]!, 0);
  const least = goldens.get(`${name}/total`).data[0]!;
  return { found, count: Math.min(rows, columns), apart: Math.abs(total - least) / (1 + Math.abs(least)) };
}

test.each(Object.keys(unique))("%s costs no more than scipy's", (name) => {
  const { found, count, apart } = solved(name);
  expect(apart).toBeLessThanOrEqual(1e-6);
  expect(new Set(found.columns).size).toBe(count);
  expect(found.rows).toEqual([...goldens.get(`${name}/row`).data]);
});

test.each(Object.keys(unique).filter((name) => unique[name]))("%s is scipy's, as there is one best", (name) => {
  expect(solved(name).found.columns).toEqual([...goldens.get(`${name}/col`).data]);
});

test("no permutation costs less", () => {
  const side = fc.integer({ min: 1, max: 5 });
  const problems = fc
    .tuple(side, side)
    .chain(([rows, columns]) =>
      fc.tuple(
        fc.constant([rows, columns] as const),
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: rows * columns, maxLength: rows * columns }),
      ),
    );
  fc.assert(
    fc.property(problems, ([[rows, columns], costs]) => {
      const found = assignment(costs, [rows, columns]);
      const total = found.rows.reduce((sum, row, i) => sum + costs[row * columns + found.columns[i]!]!, 0);
      expect(total).toBe(cheapest(costs, [rows, columns], 0, new Set()));
    }),
    { numRuns: 100 },
  );
});

/** The least total of all assignments, by trying each. */
function cheapest(costs: number[], [rows, columns]: readonly [number, number], row: number, used: Set<number>): number {
  const open = Math.min(rows, columns) - used.size;
  if (open === 0) return 0;
  const skipping = rows - row > open ? cheapest(costs, [rows, columns], row + 1, used) : Infinity;
  const taking = Array.from({ length: columns }, (_, j) => j)
    .filter((j) => !used.has(j))
    .map((j) => costs[row * columns + j]! + cheapest(costs, [rows, columns], row + 1, new Set([...used, j])));
  return Math.min(skipping, ...taking);
}

describe("refuses", () => {
  test("what no assignment can have", () => {
    const stuck = () => assignment([Infinity, Infinity, 1, 2], [2, 2]);
    expect(stuck).toThrow(TesseraError);
    expect(stuck).toThrow("expected one without a forbidden pair, got costs that allow none");
  });

  test.each([Number.NaN, -Infinity])("%f", (wrong) => {
    expect(() => assignment([1, wrong], [1, 2])).toThrow(
      `assignment: expected costs that are numbers above -Infinity, got ${wrong} at 1`,
    );
  });

  test("another number of costs", () => {
    expect(() => assignment([1], [1, 2])).toThrow(ShapeError);
  });
});
