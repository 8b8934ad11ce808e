import { expect, test } from "vitest";
import { temporary, tinyConfig, tinyFolder } from "./files.node.ts";
import { type Site, expectNothingWrong, openTab } from "./site.node.ts";

export function testBenchmark(site: () => Site): void {
  // A forward of the embedded model takes seconds on a GPU in software, and there are nine with those of the warm-up.
  test.each([
    ["wasm", "2", "vit_cifar10"],
    ["webgpu", "1", "timm.safetensors"],
    ["webgl", "1", "timm.safetensors"],
  ])("measures on %s, draws and gives JSON", async (backend, batch, model) => {
    const seen = await site().onEveryBackend();
    const { page } = seen;
    await openTab(page, "Benchmark");
    await using folder = await temporary();
    if (model !== "vit_cifar10") {
      const config = await folder.write("config.json", JSON.stringify(tinyConfig));
      await page.getByLabel("Model", { exact: true }).selectOption("files");
      await page.getByLabel(/^Files/).setInputFiles([`${tinyFolder}/${model}`, config]);
    }
    await page.getByLabel("Backend", { exact: true }).selectOption(backend);
    await page.getByLabel("Batch", { exact: true }).selectOption(batch);
    await page.getByLabel("Runs", { exact: true }).selectOption("5");
    await page.getByRole("button", { name: "Measure" }).click();
    // A GPU in software compiles first, beside whatever else the machine does, and may have time for three of the five runs only.
    const heading = page.getByRole("heading", { name: `${model} on ${backend}, f32, batch ${batch}` });
    await heading.waitFor({ timeout: 110_000 });
    const runs = await page.locator(".chart .run").count();
    expect([3, 4, 5]).toContain(runs);
    expect(await page.locator(".figures dd").allTextContents()).toHaveLength(4);
    await page.getByText("JSON", { exact: true }).click();
    const rows = JSON.parse((await page.locator("pre").textContent())!) as Record<string, unknown>[];
    const [row] = rows;
    expect(row).toMatchObject({
      model,
      backend,
      precision: "f32",
      batch: Number(batch),
      ms: { median: expect.any(Number), min: expect.any(Number), p90: expect.any(Number) },
      imagesPerSecond: expect.any(Number),
    });
    expect(row!["runs"]).toHaveLength(runs);
    expect("threads" in row!).toBe(backend === "wasm");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy as JSON" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual(rows);
    expectNothingWrong(seen);
  });
}
