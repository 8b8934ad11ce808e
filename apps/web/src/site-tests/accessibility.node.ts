import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { best, frog, modelFolder, temporary, tinyFiles, truck } from "./files.node.ts";
import { type Site, expectNothingWrong, modelReady, openTab, visit } from "./site.node.ts";

const axeSource = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export function testAccessibility(site: () => Site): void {
  test("axe finds nothing on Classify: empty, with results, the camera, and every way to a model", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await modelReady(page);
    await page.evaluate(await axeSource);
    await checkEverywhere(page, "nothing chosen");
    await page.getByRole("button", { name: "Example truck.jpg" }).click();
    await best(page, "truck");
    await checkEverywhere(page, "results");
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.locator(".rate", { hasText: /^(?!0\.0)/ }).waitFor();
    await checkEverywhere(page, "the camera");
    await page.getByRole("button", { name: "Stop the camera" }).click();
    await page.getByLabel("Model", { exact: true }).selectOption("address");
    await page.getByRole("button", { name: "Load" }).click();
    await page.getByRole("alert").waitFor();
    await checkEverywhere(page, "a wrong address");
    await page.getByLabel("Model", { exact: true }).selectOption("files");
    await page.getByLabel(/^Files/).setInputFiles(`${modelFolder}/model.safetensors`);
    await page.getByLabel("Which variant is it?").waitFor();
    await checkEverywhere(page, "weights alone");
    expectNothingWrong(seen);
  });

  test("axe finds nothing on Look inside, unfolded, and on Compare", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await page.evaluate(await axeSource);
    await openTab(page, "Look inside");
    await page.locator("[data-live=true]").waitFor();
    await page.getByRole("button", { name: "Take the tour" }).click();
    await page.getByText("The same in code").click();
    await page.locator(".looked").focus();
    await page.keyboard.press("ArrowUp");
    await checkEverywhere(page, "the first step");
    await page.getByRole("button", { name: /Add positions/ }).click();
    await page.getByText("Numbers", { exact: true }).click();
    await checkEverywhere(page, "positions");
    await openTab(page, "Compare");
    await page.getByRole("region", { name: "Right", exact: true }).getByLabel("Backend").selectOption("wasm");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator(".verdict").waitFor();
    await checkEverywhere(page, "two answers");
    expectNothingWrong(seen);
  });

  test("axe finds nothing on Teach: empty, with a broken picture, taught, and before the camera", async () => {
    await using folder = await temporary();
    const cut = await folder.write("cut.jpg", (await readFile(frog)).subarray(0, 60));
    await using seen = await visit(site());
    const { page } = seen;
    await page.evaluate(await axeSource);
    await openTab(page, "Teach");
    await checkEverywhere(page, "no pictures");
    await page.getByLabel("Model", { exact: true }).selectOption("files");
    await page.getByLabel(/^Files of a model/).setInputFiles(await tinyFiles(folder));
    await page.getByLabel("Picture files of Class 1").setInputFiles([frog, truck, cut]);
    await page.getByRole("alert").getByText("A picture could not be read").waitFor();
    await checkEverywhere(page, "a broken picture");
    await page.getByLabel("Picture files of Class 2").setInputFiles([truck, frog]);
    await page.getByText("2 pictures", { exact: true }).nth(1).waitFor();
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.locator(".confusion").waitFor();
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.getByRole("button", { name: "Take 10 pictures of Class 1" }).waitFor();
    await page.locator(".classes li").first().waitFor();
    await page.getByRole("button", { name: "Make its files" }).click();
    await page.getByRole("link", { name: "model.safetensors" }).waitFor();
    await checkEverywhere(page, "taught");
    expectNothingWrong(seen);
  });

  test("axe finds nothing on Backends and Benchmark, with results", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await page.evaluate(await axeSource);
    await openTab(page, "Backends");
    await page.getByLabel("First backend").selectOption("wasm");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator(".verdict").waitFor();
    await checkEverywhere(page, "a comparison");
    await openTab(page, "Benchmark");
    await checkEverywhere(page, "nothing measured");
    await page.getByLabel("Runs").selectOption("5");
    await page.getByRole("button", { name: "Measure" }).click();
    await page.locator(".chart").waitFor();
    await page.getByText("JSON", { exact: true }).click();
    await checkEverywhere(page, "a measurement");
    await page.getByLabel("Model", { exact: true }).selectOption("variant");
    await page.getByLabel("Batch").selectOption("32");
    await page.getByRole("button", { name: "Measure" }).click();
    await page.getByRole("button", { name: "Cancel" }).waitFor();
    await checkEverywhere(page, "progress");
    expectNothingWrong(seen);
  });

  test("axe finds nothing in an error, on each tab", async () => {
    await using folder = await temporary();
    const broken = [await folder.write("model.safetensors", "no weights"), await folder.write("config.json", "{")];
    await using seen = await visit(site());
    const { page } = seen;
    await modelReady(page);
    await page.evaluate(await axeSource);
    for (const [tab, button] of [["Classify"], ["Backends", "Compare"], ["Benchmark", "Measure"]] as const) {
      await openTab(page, tab);
      if (tab !== "Backends") {
        await page.getByLabel("Model", { exact: true }).selectOption("files");
        await page.getByLabel(/^Files/).setInputFiles(broken);
      }
      if (button) await page.getByRole("button", { name: button }).click();
      await page.getByRole("alert").getByText("The model could not be loaded").waitFor();
      await checkEverywhere(page, `an error on ${tab}`);
    }
    expectNothingWrong(seen);
  });
}

/** In light and dark, on a desktop and on a phone, where nothing may run over the edge either. */
async function checkEverywhere(page: Page, what: string): Promise<void> {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 740 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      // What is no matter of colour is the same in the dark.
      const runOnly = colorScheme === "dark" ? ["color-contrast", "link-in-text-block"] : undefined;
      const { violations } = await page.evaluate(
        (some) => (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ["violations"], ...some }),
        { ...(runOnly && { runOnly }) },
      );
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
      expect(found, `${what}, ${colorScheme}, ${width} wide`).toEqual([]);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${what}, ${width} wide: pixels past the edge`).toBeLessThanOrEqual(0);
  }
}
