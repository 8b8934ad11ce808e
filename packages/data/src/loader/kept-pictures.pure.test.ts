import { expect, test } from "vitest";
import { flat } from "../__fixtures__/pictures.ts";
import { KeptPictures } from "./kept-pictures.ts";

test("keeps all, or none once they will not fit", () => {
  const kept = new KeptPictures(1000, 1000 * 12);
  for (let i = 0; i < 100; i++) kept.keep(i, flat(2, 2, [i, 0, 0]));
  expect(kept.isOpen).toBe(true);
  expect(kept.get(99)).toEqual(flat(2, 2, [99, 0, 0]));
  expect(kept.get(100)).toBeUndefined();
  for (let i = 100; i < 120; i++) kept.keep(i, flat(3, 3, [i, 0, 0]));
  expect(kept.isOpen).toBe(false);
  expect(kept.get(99)).toBeUndefined();
  kept.keep(99, flat(1, 1, [0, 0, 0]));
  expect(kept.get(99)).toBeUndefined();
});

test("one large picture among the first does not judge for all", () => {
  const kept = new KeptPictures(1000, 40_000);
  kept.keep(0, flat(20, 20, [0, 0, 0]));
  for (let i = 1; i < 900; i++) kept.keep(i, flat(2, 2, [0, 0, 0]));
  expect(kept.isOpen).toBe(true);
  expect(new KeptPictures(10, 0).isOpen).toBe(false);
});
