import { expect, test } from "vitest";
import { bars } from "./bars.ts";
import { colourTable, opposing, turbo, viridis } from "./colour-maps.ts";
import { featuresPage } from "./features-page.ts";
import { beside } from "./beside.ts";
import { matrixPicture } from "./matrix-picture.ts";
import { overlay } from "./overlay.ts";
import { panels } from "./panels.ts";
import { plot } from "./plot.ts";
import { scatter } from "./scatter.ts";
import { sampled } from "./sampled.ts";

const map = (values: number[], rows: number, columns: number) => ({ values: Float32Array.from(values), rows, columns });

test("colour maps have their publishers' ends and about their middles", () => {
  const near = (got: readonly number[], wanted: readonly number[], tolerance = 6) =>
    expect(Math.max(...got.map((value, i) => Math.abs(value - wanted[i]!)))).toBeLessThanOrEqual(tolerance);
  // matplotlib's viridis(0), viridis(128), viridis(255), and turbo's table.
  near(viridis(0), [68, 1, 84]);
  near(viridis(128 / 255), [33, 145, 140]);
  near(viridis(1), [253, 231, 37]);
  near(turbo(128 / 255), [164, 252, 60], 20);
  expect(opposing(0.2)).toEqual(opposing(0));
  expect(opposing(0.2)).not.toEqual(opposing(0.8));
  expect([...colourTable(viridis).subarray(0, 3)]).toEqual([...viridis(0)]);
});

test("a map goes through the values of its places", () => {
  const grid = map([0, 1, 4, 9, 16, 25], 2, 3);
  for (const [i, value] of grid.values.entries())
    expect(sampled(grid, (Math.floor(i / 3) + 0.5) / 2, ((i % 3) + 0.5) / 3)).toBeCloseTo(value, 5);
  expect(sampled(map([7], 1, 1), 0.1, 0.9)).toBeCloseTo(7, 5);
});

test("an overlay shows the most and the least where they are, and leaves in the dark what was not seen", () => {
  const picture = { width: 40, height: 20, data: new Uint8Array(40 * 20 * 3).fill(200) };
  const drawn = overlay(picture, map([1, 0], 1, 2), { frame: { left: 10, top: 0, width: 20, height: 20 }, opacity: 1 });
  const at = (x: number) => [...drawn.data.subarray((10 * 40 + x) * 3, (10 * 40 + x) * 3 + 3)];
  expect(at(3)).toEqual([60, 60, 60]);
  expect(at(36)).toEqual([60, 60, 60]);
  const [red, , blue] = at(14);
  expect(red).toBeGreaterThan(2 * blue!);
  expect(at(26)[0]).toBeLessThan(1.2 * at(26)[2]!);
});

test("a signed map leaves alone what speaks neither for nor against", () => {
  const picture = { width: 30, height: 10, data: new Uint8Array(900).fill(100) };
  const { data } = overlay(picture, map([-2, 0, 1], 1, 3), { signed: true, opacity: 1 });
  const at = (x: number) => [...data.subarray((5 * 30 + x) * 3, (5 * 30 + x) * 3 + 3)];
  expect(at(4)).toEqual([...opposing(0)]);
  expect(Math.max(...at(15).map((value) => Math.abs(value - 100)))).toBeLessThan(20);
  expect(at(25)[0]).toBeGreaterThan(at(25)[2]!);
});

test("pictures and tables of another size than their values are refused", () => {
  expect(() => overlay({ width: 2, height: 2, data: new Uint8Array(3) }, map([1], 1, 1))).toThrow(
    "overlay: expected 12 bytes of a picture, got 3",
  );
  expect(() => matrixPicture(map([1, 2], 3, 1))).toThrow("matrixPicture: expected 3 values, got 2");
  expect([...matrixPicture(map([1, 3], 1, 2)).data]).toEqual([...viridis(0), ...viridis(1)]);
});

test("drawings mean their text, whoever wrote it", () => {
  const drawn = plot([{ name: "<b>", points: [[0, 1], [2, NaN], [3, 4]] }, { name: "&", points: [[1, 2]], kind: "points" }], { title: "a < b", x: "x", y: '"y"' }); // prettier-ignore
  expect(drawn).toContain("a &lt; b");
  expect(drawn).toContain("&lt;b&gt;");
  expect(drawn).not.toContain("NaN");
  expect(drawn.match(/<circle/g)).toHaveLength(1);
  const grid = panels(
    [
      { title: "<i>", href: 'x"y' },
      { title: "two", href: "z" },
    ],
    { title: "T", columns: 1 },
  );
  expect(grid.match(/<image /g)).toHaveLength(2);
  expect(grid).toContain("&lt;i&gt;");
  expect(grid).toContain('href="x&quot;y"');
});

test("bars go from zero to their values, to the end of the range at most", () => {
  const drawn = bars([{ name: "a<b", value: -0.5 }, { name: "b", value: 3 }], { title: "T", range: [-1, 1], width: 480 }); // prettier-ignore
  const [left, right] = [...drawn.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map((found) => found.slice(1).map(Number)); // prettier-ignore
  expect(left).toEqual([202.5, 72.5]);
  expect(right).toEqual([275, 145]);
  expect(drawn).toContain("a&lt;b");
});

test("pictures lie where their features are, the way across as long as the way down", () => {
  const pictures = [[0, 0], [2, 0], [2, 1]].map(([x = 0, y = 0], i) => ({ name: `<${i}>`, href: `data:${i}`, x, y, group: `g${i % 2}` })); // prettier-ignore
  const drawn = scatter(pictures, { title: "T", side: 400, thumbnail: 20 });
  const places = [...drawn.matchAll(/<image href="data:\d" x="([\d.]+)" y="([\d.]+)"/g)].map((found) => found.slice(1).map(Number)); // prettier-ignore
  expect(places[1]![0]! - places[0]![0]!).toBe(400 - 96 - 20);
  expect(places[2]![1]! - places[1]![1]!).toBe((400 - 96 - 20) / 2);
  const neighbours = [1, 0, 1].map((index) => [{ index, similarity: 1 }]);
  const page = featuresPage({ title: "T", subtitle: "", pictures, neighbours, duplicates: [[0, 1]] });
  expect(page).toContain("default-src 'none'");
  expect(page).not.toContain("<0>");
  expect(page.match(/<button /g)).toHaveLength(3);
  expect(() => featuresPage({ title: "", subtitle: "", pictures, neighbours: [], duplicates: [] })).toThrow(
    "got 3 and 0",
  );
});

test("drawings beside each other, those of one kind in a row", () => {
  const [wide, high] = [{ side: 300 }, { side: 100 }].map((size) => panels([{ title: "", href: "data:," }], size));
  const drawn = beside(
    [
      { title: "a & b", drawings: [wide!, high!] },
      { title: "c", drawings: ["", high!] },
    ],
    { title: "Two" },
  );
  expect([...drawn.matchAll(/<svg x="(\d+)" y="(\d+)"/g)].map(([, x, y]) => [Number(x), Number(y)])).toEqual([
    [0, 68],
    [0, 396],
    [356, 396],
  ]);
  expect(drawn).toContain("a &amp; b");
  expect(() => beside([{ title: "a", drawings: ["<p>"] }], { title: "" })).toThrow("expected drawings of this package");
});
