import { TesseraError } from "@tessera/core";
import { describe, expect, test } from "vitest";
import { nextPass, touchedPatches } from "./hidden.ts";
import { bounds, holeIn, readHole } from "./hole.ts";
import { withoutSeam } from "./seam.ts";
import { surroundings } from "./surroundings.ts";

const picture = { width: 32, height: 32 };

/** The numbers of what is marked. */
const marked = (flags: ArrayLike<number>) => Array.from(flags).flatMap((flag, i) => (flag ? [i] : []));

describe("a hole", () => {
  test("hides the patches that it touches, as in the official code", async () => {
    const hole = await readHole({ x: 9, y: 5, width: 18, height: 15 }, picture);
    const hidden = touchedPatches(hole, [4, 4]);
    expect(marked(hidden.map((one) => 1 - one))).toEqual([0, 4, 8, 12, 13, 14, 15]);
    expect(bounds(hole)).toEqual({ left: 9, top: 5, width: 18, height: 15 });
  });

  test("is cut where it reaches beyond the picture, and has to be on it", async () => {
    const hole = await readHole({ x: -4, y: 30, width: 6, height: 9 }, picture);
    expect(bounds(hole)).toEqual({ left: 0, top: 30, width: 2, height: 2 });
    expect(bounds(holeIn(hole, { left: 0, top: 16, width: 16, height: 16 }))?.top).toBe(14);
    await expect(readHole({ x: 32, y: 0, width: 4, height: 4 }, picture)).rejects.toThrow(
      "got one beside it at x 32, y 0",
    );
    for (const box of [
      { x: 0, y: 0, width: 0, height: 4 },
      { x: 0.5, y: 0, width: 3, height: 3 },
      { x: 0, y: 0, width: Number.NaN, height: 3 },
    ])
      // prettier-ignore
      await expect(readHole(box, picture)).rejects.toThrow(TesseraError);
  });

  test("is what is bright in a mask of the picture's size", async () => {
    const data = new Uint8Array(4 * 3 * 3);
    data.set([255, 255, 255, 127, 127, 127, 128, 128, 128], 15);
    const hole = await readHole({ width: 4, height: 3, data }, { width: 4, height: 3 });
    expect(marked(hole.data)).toEqual([5, 7]);
    await expect(readHole({ width: 4, height: 3, data }, picture)).rejects.toThrow(
      "a mask of the picture's 32×32 pixels, got 4×3",
    );
  });
});

describe("passes", () => {
  const grid = [4, 4] as const;

  test("are one where the model is used to as much, and where nothing is seen", () => {
    const hidden = Uint8Array.from({ length: 16 }, (_, i) => (i < 12 ? 1 : 0));
    expect(nextPass(hidden, grid)).toEqual(hidden);
    expect(nextPass(new Uint8Array(16).fill(1), grid)).toEqual(new Uint8Array(16).fill(1));
  });

  test("begin beside what is seen where more is hidden", () => {
    const hidden = new Uint8Array(16).fill(1);
    hidden[0] = 0;
    expect(marked(nextPass(hidden, grid))).toEqual([1, 4, 5]);
  });
});

describe("surroundings", () => {
  test("are the picture where it is no larger than the model's", () => {
    const hole = { left: 3, top: 3, width: 9, height: 9 };
    expect(surroundings(hole, { width: 30, height: 20 }, [32, 32])).toEqual({ left: 0, top: 0, width: 30, height: 20 });
  });

  test("are twice as wide as the hole, and lie on the picture", () => {
    const [size, side] = [{ width: 640, height: 480 }, [224, 224]] as const;
    expect(surroundings({ left: 300, top: 200, width: 20, height: 40 }, size, side)).toEqual({ left: 198, top: 108, width: 224, height: 224 }); // prettier-ignore
    expect(surroundings({ left: 600, top: 0, width: 40, height: 200 }, size, side)).toEqual({ left: 240, top: 0, width: 400, height: 400 }); // prettier-ignore
    expect(surroundings({ left: 0, top: 0, width: 640, height: 9 }, size, side)).toEqual({ left: 0, top: 0, width: 640, height: 480 }); // prettier-ignore
  });
});

test("a seam is taken off inwards, and a drawing that fits stays as it is", () => {
  const [width, height] = [9, 9];
  const data = new Uint8Array(width * height * 3).fill(100);
  const hole = { width, height, data: new Uint8Array(width * height) };
  for (let y = 2; y < 7; y++) hole.data.fill(1, y * width + 2, y * width + 7);
  const at = (drawn: Float32Array, x: number) => drawn[3 * (4 * width + x)]!;
  const dark = withoutSeam({ width, height, data }, new Float32Array(data.length).fill(60), hole, 2);
  expect([1, 2, 3, 4].map((x) => at(dark, x))).toEqual([60, 90, 70, 60]);
  const fitting = new Float32Array(data.length).fill(100);
  expect(withoutSeam({ width, height, data }, fitting, hole, 2)).toEqual(fitting);
  expect(withoutSeam({ width, height, data }, fitting, { ...hole, data: new Uint8Array(81).fill(1) }, 2)).toEqual(
    fitting,
  );
});
