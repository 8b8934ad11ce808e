import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { best } from "./files.node.ts";
import { type Site, expectNothingWrong, modelReady, openTab, visit } from "./site.node.ts";

const axeSource = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export function testAccessibility(site: () => Site): void {
  test("axe finds nothing, on each tab, in light and dark, and nothing runs over on a phone", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    const source = await readFile(axeSource, "utf8");
    // By the debugger, which the policy does not bind.
    await page.evaluate(source);
    await page.getByRole("button", { name: "Example truck.jpg" }).click();
    await best(page, "truck");
    await checkEverywhere(page, "Classify");
    await openTab(page, "Backends");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator(".verdict").waitFor();
    await checkEverywhere(page, "Backends");
    await openTab(page, "Benchmark");
    await page.getByLabel("Runs").selectOption("5");
    await page.getByRole("button", { name: "Measure" }).click();
    await page.locator(".chart").waitFor();
    await page.getByText("JSON", { exact: true }).click();
    await checkEverywhere(page, "Benchmark");
    expectNothingWrong(seen);
  });

  test("the keyboard suffices", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await modelReady(page);
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: element } = document;
        return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
      });
    const press = async (key: string, until: string | RegExp) => {
      for (let i = 0; i < 20; i++) {
        await page.keyboard.press(key);
        if (typeof until === "string" ? (await focused()) === until : until.test(await focused())) return;
      }
      throw new Error(`expected ${key} to reach ${String(until)}, got "${await focused()}"`);
    };
    await press("Tab", "Classify");
    await press("Tab", "Example frog.jpg");
    await page.keyboard.press("Enter");
    await best(page, "frog");
    await press("Shift+Tab", "Classify");
    await press("ArrowRight", "Backends");
    await page.getByRole("heading", { name: "What this browser has" }).waitFor();
    await press("ArrowLeft", "Classify");
    await press("End", "Benchmark");
    await press("Tab", "Measure");
    await page.keyboard.press("Enter");
    await page.locator(".chart").waitFor();
    await press("Shift+Tab", /^Theme/);
    await page.keyboard.press("Space");
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("light");
    await page.keyboard.press("Space");
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
    await page.keyboard.press("Space");
    expectNothingWrong(seen);
  });
}

async function checkEverywhere(page: Page, tab: string): Promise<void> {
  const looks = [
    ["light", 1280],
    ["dark", 360],
  ] as const;
  for (const [colorScheme, width] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 740 });
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ["violations"] } as axe.RunOptions),
    );
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
    expect(found, `${tab}, ${colorScheme}, ${width} wide`).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${tab}, ${width} wide: pixels past the edge`).toBeLessThanOrEqual(0);
  }
}
