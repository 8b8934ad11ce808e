import { expect, test } from "vitest";
import { best, drop, frog, paste, truck } from "./files.node.ts";
import { type Site, expectNothingWrong, modelReady, visit } from "./site.node.ts";

export function testClassify(site: () => Site): void {
  test("classifies an example, with bars and times", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await modelReady(page);
    expect(await page.locator(".model-line").textContent()).toMatch(
      /vit_cifar10: .* 10 classes, 32 × 32 pixels; on \w+/,
    );
    await page.getByRole("button", { name: "Example ship.jpg" }).click();
    await best(page, "ship");
    expect(await page.locator(".classes li").count()).toBe(5);
    const [width] = await page
      .locator(".classes .bar > span")
      .evaluateAll((bars) => bars.map(({ style }) => style.width));
    expect(Number.parseFloat(width!)).toBeGreaterThan(50);
    for (const stage of ["decode", "preprocess", "forward"])
      expect(await page.locator(`[data-stage=${stage}]`).textContent()).toMatch(/^[\d.]+\sm?s$/);
    expect(await page.locator("[role=status].visually-hidden").textContent()).toMatch(/^ship, \d+\.\d\s%$/);
    expectNothingWrong(seen);
  });

  test("takes a picture that is picked, dropped or pasted", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    await drop(page, truck);
    await best(page, "truck");
    await paste(page, "examples/ship.jpg");
    await best(page, "ship");
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByText("Drop or paste a picture here").waitFor();
    expectNothingWrong(seen);
  });
}
