import { expect, test } from "vitest";
import { figureMethods } from "./figures.ts";
import { mapMethods } from "./maps.ts";
import { methodNames, parseMethods, parsePatch } from "./method-names.ts";
import { formatOf } from "./render.ts";
import { targetOf } from "./target.ts";

test("every method's name has a method", () => {
  const known = ["attention", ...Object.keys(mapMethods), ...Object.keys(figureMethods)];
  expect([...methodNames].sort()).toEqual(known.sort());
});

test("methods come once each, or all of them; an unknown one names the nearest", () => {
  expect(parseMethods("rollout, relevance,rollout")).toEqual(["rollout", "relevance"]);
  expect(parseMethods("all")).toEqual([...methodNames]);
  expect(() => parseMethods("rollout,gradcam")).toThrow("Did you mean grad-cam? There are relevance,");
});

test("a patch is a row and a column", () => {
  expect(parsePatch("3, 4")).toEqual({ row: 3, column: 4 });
  expect(() => parsePatch("3")).toThrow("Expected row,column from 0, such as 3,4.");
  expect(() => parsePatch("-1,2")).toThrow("Expected row,column");
});

test("a class is a number or a name", () => {
  const labels = ["red", "green", "7"];
  const scores = [0.1, 0.7, 0.2];
  expect(targetOf(undefined, scores, labels)).toBe(1);
  expect([targetOf("2", scores, labels), targetOf("Green", scores, labels)]).toEqual([2, 1]);
  expect(() => targetOf("3", scores, labels)).toThrow("--target: expected a class from 0 to 2, got 3");
  expect(() => targetOf("-1", scores, labels)).toThrow("got -1");
  expect(() => targetOf("gren", scores, labels)).toThrow("a class, got gren; did you mean green?");
  expect(() => targetOf(undefined, scores, [])).toThrow("expected a model that names classes, got one without a head");
});

test("a file's name says what it is", () => {
  expect([formatOf("a.PNG"), formatOf("b/c.svg"), formatOf("d.html")]).toEqual(["png", "svg", "html"]);
  expect(() => formatOf("map.gif")).toThrow("expected a file that ends with .png, .svg or .html, got map.gif");
});
