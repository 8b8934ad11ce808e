import { expect, test } from "vitest";
import { best, frog } from "./files.node.ts";
import { serve } from "./serve.node.ts";
import { type Site, expectNothingWrong, firstVisit, modelReady, openTab, visit } from "./site.node.ts";

/** A forward cannot be interrupted, so its worker is ended; this long, in milliseconds, on a machine that others use. */
const atOnce = 1500;

export function testCancel(site: () => Site): void {
  test("a download shows its progress, is cancelled, and begun again", async () => {
    const { folder, browser } = site();
    const server = await serve(folder, { hold: /\.safetensors$/ });
    try {
      await using seen = await firstVisit({ browser, origin: server.origin });
      const { page } = seen;
      await page.getByText("Fetching the model 50 %").waitFor();
      expect(await page.getByRole("progressbar").getAttribute("value")).toBe("50");
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("This model is not loaded yet.").waitFor();
      await expect.poll(() => page.getByRole("progressbar").count()).toBe(0);
      server.release();
      await page.getByRole("button", { name: "Load it" }).click();
      await modelReady(page);
      expectNothingWrong(seen);
    } finally {
      await server.close();
    }
  });

  test("a classification is cancelled while its backend warms up, and the picture stays", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    await page.getByLabel("Backend", { exact: true }).selectOption("webgl");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Load it" }).waitFor();
    await page.getByAltText("frog.jpg").waitFor();
    await page.getByRole("button", { name: "Load it" }).click();
    await page.locator(".model-line", { hasText: "on webgl" }).waitFor();
    await best(page, "frog");
    expectNothingWrong(seen);
  });

  test("a comparison is cancelled at once, and can be had again", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await openTab(page, "Backends");
    await page.getByLabel("First backend").selectOption("webgpu");
    const compare = page.getByRole("button", { name: "Compare" });
    await compare.click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await compare.and(page.locator(":enabled")).waitFor();
    expect(await page.locator(".comparison").count()).toBe(0);
    await page.getByLabel("First backend").selectOption("wasm");
    await compare.click();
    await page.locator(".verdict").waitFor();
    expectNothingWrong(seen);
  });

  test.each([
    ["warm-up", "cpu", "Warming up"],
    ["measurement", "wasm", "Measuring"],
  ])("a %s is cancelled at once, and leaves no result", async (_, backend, stage) => {
    await using seen = await visit(site());
    const { page } = seen;
    await openTab(page, "Benchmark");
    await page.getByLabel("Model", { exact: true }).selectOption("variant");
    await page.getByLabel("Backend", { exact: true }).selectOption(backend);
    const measure = page.getByRole("button", { name: "Measure" });
    await measure.click();
    await page.getByText(stage).waitFor();
    const start = performance.now();
    await page.getByRole("button", { name: "Cancel" }).click();
    await measure.and(page.locator(":enabled")).waitFor();
    expect(performance.now() - start).toBeLessThan(atOnce);
    expect(await page.locator(".chart").count()).toBe(0);
    await openTab(page, "Classify");
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    expectNothingWrong(seen);
  });
}
