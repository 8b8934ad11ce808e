import type { Page } from "playwright";
import { expect, test } from "vitest";
import { best, frog } from "./files.node.ts";
import { type Site, expectNothingWrong, modelReady, visit } from "./site.node.ts";

export function testKeyboard(site: () => Site): void {
  test("the keyboard suffices to classify", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    // Listened for before it opens: else Chromium shows the system's own.
    page.on("filechooser", (chooser) => void chooser.setFiles(frog));
    await modelReady(page);
    await press(page, "Tab", "Classify");
    await press(page, "Tab", "Choose a picture");
    await page.keyboard.press("Enter");
    await best(page, "frog");
    await press(page, "Tab", "Remove");
    await page.keyboard.press("Enter");
    // What had the focus is gone; it is not lost with that.
    expect(await focused(page)).toBe("Choose a picture");
    await press(page, "Tab", "Example truck.jpg");
    await page.keyboard.press("Space");
    await best(page, "truck");
    await press(page, "Shift+Tab", /^Theme/);
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    const looks: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press("Space");
      looks.push(await theme());
    }
    expect(looks).toEqual(["light", "dark", "auto"]);
    expectNothingWrong(seen);
  });

  test("the keyboard suffices to compare and to measure", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await modelReady(page);
    await press(page, "Tab", "Classify");
    await press(page, "ArrowRight", "Backends");
    await page.getByRole("heading", { name: "What this browser has" }).waitFor();
    await press(page, "Tab", "First backend");
    await page.keyboard.type("wasm");
    await press(page, "Tab", "Compare");
    await page.keyboard.press("Enter");
    await page.locator(".verdict").waitFor();
    await press(page, "Shift+Tab", "Backends");
    await press(page, "ArrowLeft", "Classify");
    await press(page, "End", "Benchmark");
    await press(page, "Tab", "Runs");
    await page.keyboard.press("5");
    await page.keyboard.press("0");
    await press(page, "Tab", "Measure");
    await page.keyboard.press("Enter");
    await page.getByText(/^Measuring/).waitFor();
    await press(page, "Tab", "Cancel");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("tabpanel");
    await press(page, "Shift+Tab", "Runs");
    await page.keyboard.press("5");
    await press(page, "Tab", "Measure");
    await page.keyboard.press("Enter");
    await page.locator(".chart").waitFor();
    await press(page, "Tab", "Copy as JSON");
    await press(page, "Tab", "JSON");
    await page.keyboard.press("Enter");
    await page.locator("pre").waitFor();
    expectNothingWrong(seen);
  });
}

/** The name of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement: element } = document;
    const [label] = (element as Partial<HTMLSelectElement> | null)?.labels ?? [];
    return element?.getAttribute("aria-label") ?? label?.textContent ?? element?.textContent ?? "";
  });
}

/** Presses a key until something has the focus. */
export async function press(page: Page, key: string, until: string | RegExp): Promise<void> {
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press(key);
    const name = await focused(page);
    if (typeof until === "string" ? name === until : until.test(name)) return;
  }
  throw new Error(`expected ${key} to reach ${String(until)}, got "${await focused(page)}"`);
}
