import { expect, test } from "vitest";
import { type Site, expectNothingWrong, firstVisit, launch, modelReady, visit } from "./site.node.ts";

const rate = /^(?!0\.0)[\d.]+ frames\/s$/;

export function testCamera(site: () => Site): void {
  test("looks at the camera, live, and goes on with another backend", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await modelReady(page);
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.locator(".rate", { hasText: rate }).waitFor();
    expect(await page.locator(".classes li").count()).toBe(5);
    await page.getByLabel("Backend", { exact: true }).selectOption("cpu");
    await page.locator(".progress").waitFor();
    await page.locator(".model-line", { hasText: "on cpu" }).waitFor();
    await page.locator(".results :not(.stale) > .classes li").first().waitFor();
    await page.locator(".rate", { hasText: rate }).waitFor();
    await page.getByRole("button", { name: "Stop the camera" }).click();
    await page.getByText("Drop or paste a picture here").waitFor();
    expectNothingWrong(seen);
  });

  test("waits, live, for a model whose loading was cancelled", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await modelReady(page);
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.locator(".rate", { hasText: rate }).waitFor();
    await page.getByLabel("Backend", { exact: true }).selectOption("webgpu");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Load it" }).waitFor();
    await page.getByLabel("Backend", { exact: true }).selectOption("cpu");
    await page.locator(".model-line", { hasText: "on cpu" }).waitFor();
    await page.locator(".classes li").first().waitFor();
    await page.getByRole("button", { name: "Stop the camera" }).waitFor();
    expectNothingWrong(seen);
  });

  test("says what to do when the camera is refused, and when it ends", async () => {
    const browser = await launch({ camera: "asked" });
    try {
      await using seen = await firstVisit({ browser, origin: site().origin });
      const { page } = seen;
      await modelReady(page);
      await page.getByRole("button", { name: "Use the camera" }).click();
      await page.getByRole("alert").getByText("The camera is blocked for this page; allow it").waitFor();
      await page.context().grantPermissions(["camera"]);
      await page.getByRole("button", { name: "Use the camera" }).click();
      await page.locator(".rate", { hasText: rate }).waitFor();
      expect(await page.getByRole("alert").count()).toBe(0);
      await page.context().clearPermissions();
      await page.getByRole("alert").getByText("The camera ended").waitFor();
      await page.getByText("Drop or paste a picture here").waitFor();
      expectNothingWrong(seen);
    } finally {
      await browser.close();
    }
  });
}
