import { expect, test } from "vitest";
import { type Site, expectNothingWrong, firstVisit, gpuBackends, launch, modelReady, openTab } from "./site.node.ts";
import { best, frog } from "./files.node.ts";
import { serve } from "./serve.node.ts";
import { headersOf } from "../../build/headers.node.ts";

export function testBackends(site: () => Site): void {
  test("lists what there is, and compares each with plain JavaScript", async () => {
    const seen = await site().onEveryBackend();
    const { page } = seen;
    await openTab(page, "Backends");
    await page.locator(".backends .has").first().waitFor();
    const names = await page.locator(".backends .has b").allTextContents();
    expect(names).toEqual([...gpuBackends, "wasm", "cpu"]);
    expect(await page.getByText("A GPU in software, slower than wasm").count()).toBe(2);
    for (const name of names.filter((other) => other !== "cpu")) {
      await page.getByLabel("First backend").selectOption(name);
      await page.getByLabel("Second backend").selectOption("cpu");
      await page.getByRole("button", { name: "Compare" }).click();
      await page.getByRole("button", { name: "Compare" }).and(page.locator(":enabled")).waitFor();
      await page.locator(".comparison tbody tr", { hasText: `${name}, f32` }).waitFor();
      const difference = Number(await page.getByTestId("difference").textContent());
      expect(difference, name).toBeLessThan(1e-3);
      expect(await page.locator(".comparison tbody td", { hasText: "ship" }).count()).toBe(2);
    }
    expectNothingWrong(seen);
  });

  test("runs without WebGPU and without a camera, and says why", async () => {
    const browser = await launch({ webGpu: false, camera: "none" });
    try {
      await using seen = await firstVisit({ browser, origin: site().origin });
      const { page } = seen;
      await page.getByLabel("Picture file").setInputFiles(frog);
      await best(page, "frog");
      await page.getByRole("button", { name: "Use the camera" }).click();
      await page.getByRole("alert").getByText("There is no camera; connect one").waitFor();
      await openTab(page, "Backends");
      const lacks = page.locator(".backends .lacks", { hasText: "webgpu" });
      expect(await lacks.textContent()).toMatch(
        /no WebGPU; use a recent Chrome|offers no adapter; update the GPU's driver/,
      );
      expectNothingWrong({ wrong: seen.wrong.filter((line) => !line.includes("WebGPU")) });
      expect(await page.evaluate(async () => navigator.gpu && (await navigator.gpu.requestAdapter()))).toBeFalsy();
    } finally {
      await browser.close();
    }
  });

  test("runs without cross-origin isolation, and says what that costs", async () => {
    const { folder, browser } = site();
    const headers = (path: string) =>
      Object.fromEntries(Object.entries(headersOf(path)).filter(([name]) => !name.startsWith("Cross-Origin-")));
    const plain = await serve(folder, { headers });
    try {
      await using seen = await firstVisit({ browser, origin: plain.origin });
      const { page } = seen;
      await modelReady(page);
      expect(await page.locator(".model-line").textContent()).toContain("1 thread");
      await openTab(page, "Backends");
      await page.getByText("This page is not cross-origin isolated").waitFor();
      await page.getByText("Cross-Origin-Embedder-Policy: require-corp").waitFor();
      expectNothingWrong(seen);
    } finally {
      await plain.close();
    }
  });
}
