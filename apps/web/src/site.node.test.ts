// Drives the built site in Chromium. One file, so that it is built once.
import { afterAll, beforeAll, describe } from "vitest";
import { testClassify } from "./site-tests/classify.node.ts";
import { testErrors } from "./site-tests/errors.node.ts";
import { testModels } from "./site-tests/models.node.ts";
import { type Site, openSite } from "./site-tests/site.node.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
}, 120_000);
afterAll(() => site?.close());

const opened = () => site;
describe("classify", () => {
  testClassify(opened);
});
describe("models", () => {
  testModels(opened);
});
describe("errors", () => {
  testErrors(opened);
});
