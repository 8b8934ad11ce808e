import { expect, test } from "vitest";
import { evaluationOf } from "../metrics/evaluation.ts";
import { judge } from "../metrics/judgement.ts";
import { evaluationPage } from "./evaluation-page.ts";

const wrong = judge(4, 1, Float32Array.of(2, 0));
const evaluation = evaluationOf([judge(3, 0, Float32Array.of(2, 0)), wrong], ["cat", "<dog>"]);
const picture = "data:image/png;base64,AAAA";
const mistakes = [{ ...wrong, name: 'dog/"4".png', picture }];

test("is one file with figures, classes, confusion, calibration and mistakes", () => {
  const page = evaluationPage(evaluation, { title: "vit on pets", mistakes });
  for (const part of [
    "50.00 %",
    "&lt;dog&gt;",
    "Confusion",
    "Accuracy by confidence",
    picture,
    "dog/&quot;4&quot;.png",
  ]) {
    expect(page).toContain(part);
  }
  expect(page).toContain("cat (88.08 %), is &lt;dog&gt;");
  const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  expect(addresses).toEqual([picture]);
});

test("leaves the heading of mistakes away where there are none", () => {
  expect(evaluationPage(evaluation, { title: "none" })).not.toContain("mistakes</h2>");
});

test("names neither turn the page's text around nor fill it", () => {
  const hostile = evaluationOf([judge(0, 1, Float32Array.of(2, 0))], ["cat", `\u202e${"<b>".repeat(1000)}\u001b`]);
  const page = evaluationPage(hostile, { title: "\u2066 on pets", mistakes });
  expect(page).toContain(String.raw`\u202e&lt;b&gt;`);
  expect(page).toContain(String.raw`<title>\u2066 on pets</title>`);
  for (const raw of ["\u202e", "\u2066", "\u001b", "<b>"]) expect(page).not.toContain(raw);
  expect(page.length).toBeLessThan(20_000);
});
