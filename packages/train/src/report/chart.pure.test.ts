import { expect, test } from "vitest";
import { lineChart } from "./chart.ts";

const points = (svg: string) =>
  [...svg.matchAll(/points="([^"]*)"/g)].map(([, all]) => all!.split(" ").map((one) => one.split(",").map(Number)));

test("draws lines between round ticks, from the least to the greatest value", () => {
  const svg = lineChart([{ name: "loss", points: [[0, 0], [50, 0.5], [100, 1]] }], { title: "Loss", x: "steps" }); // prettier-ignore
  expect(points(svg)).toEqual([[[52, 260], [258, 147], [464, 34]]]); // prettier-ignore
  expect([...svg.matchAll(/>([\d.]+)</g)].map(([, label]) => label)).toEqual(["0", "0.5", "1", "0", "50", "100"]);
});

test("leaves out what is not finite, and draws one point and none", () => {
  const nan: [number, number][] = [[1, Number.NaN], [2, 3]]; // prettier-ignore
  expect(points(lineChart([{ name: "a", points: nan }], { title: "", x: "" }))[0]).toHaveLength(1);
  const empty = lineChart([{ name: "a", points: [] }], { title: "", x: "" });
  expect(empty).not.toMatch(/NaN|Infinity|undefined/);
});

test("shows names as they are, whatever they hold", () => {
  const svg = lineChart([{ name: "<b>&", points: [] }], { title: `"'`, x: "" });
  expect(svg).toContain("&lt;b&gt;&amp;");
  expect(svg).toContain("&quot;&#39;");
});
