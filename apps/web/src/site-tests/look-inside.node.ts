import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useBackend } from "@tessera/backends";
import { buildModel, modelFilesOf } from "@tessera/pipeline";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { drop, frog, temporary, tinyConfig, tinyFolder, truck } from "./files.node.ts";
import { tasksWhile } from "./main-thread.node.ts";
import { type Site, expectNothingWrong, openTab, visit } from "./site.node.ts";

export function testLookInside(site: () => Site): void {
  test("shows an example at once, then what the model says, step by step", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await openTab(page, "Look inside");
    await page.locator(".looked .map canvas").waitFor();
    await live(page);
    await page.getByRole("heading", { name: "Why “ship”?" }).waitFor();
    expect(await page.locator(".model-line").textContent()).toContain("licence: apache-2.0");
    const relevance = await covers(page);
    await page.getByRole("button", { name: "Rollout" }).click();
    await page.getByText("It knows no class").waitFor();
    expect(await covers(page)).not.toEqual(relevance);
    // Every head by itself, and another block.
    await page.getByRole("button", { name: "Head 2" }).click();
    await page.getByText("Where the class token looks in block 5, by head 2.").waitFor();
    await page.getByRole("slider", { name: "Block" }).fill("1");
    await page.getByText("Where the class token looks in block 1, by head 2.").waitFor();
    // A patch that is pointed at.
    const box = (await page.locator(".looked .map").boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.99, box.y + box.height * 0.01);
    await page.getByText("Where the patch in row 0, column 6 looks in block 1, by head 2.").waitFor();
    await page.mouse.move(0, 0);
    await page.getByText("Where the class token looks in block 1").waitFor();
    // The tour, in the order of the idea.
    await page.getByRole("button", { name: "Take the tour" }).click();
    for (const said of ["49 places lie as patches would", "a token of 192", "= goes in", "If the model ended after"]) {
      await page.locator(".details", { hasText: said }).waitFor();
      await page.getByRole("button", { name: "Next" }).click();
    }
    const logits = (await page.locator(".details tbody tr td:nth-child(2)").allTextContents()).map(Number);
    const shares = (await page.locator(".details tbody tr td:nth-child(3)").allTextContents()).map(Number.parseFloat);
    expect(logits).toHaveLength(8);
    expect(Math.exp(logits[0]! - logits[1]!)).toBeCloseTo(shares[0]! / shares[1]!, -1);
    expect(await page.locator(".distances circle").count()).toBe(18);
    // Another class has another map.
    await page.getByRole("button", { name: "Relevance" }).click();
    await page.getByLabel("Why this class?").selectOption({ label: (await option(page, "airplane"))! });
    await page.getByRole("heading", { name: "Why “airplane”?" }).waitFor();
    await live(page);
    expect(await covers(page)).not.toEqual(relevance);
    await page.getByText("The same in code").click();
    expect(await page.locator(".code pre").first().textContent()).toContain(
      "await relevance(model, images, { target: 0 })",
    );
    expectNothingWrong(seen);
  });

  test("opens what an address names, and follows the keyboard", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await page.goto(`${site().origin}#look-inside?show=attention&block=2&head=1&picture=frog.jpg&model=timm%2Ftnt`);
    // A model is named, and not fetched before it is asked for.
    await page.getByText("This link is of timm/tnt.").waitFor();
    await page.getByRole("button", { name: "Load that model" }).waitFor();
    await page.getByText("Where the class token looks in block 2, by head 1.").waitFor();
    await page.getByRole("heading", { name: "Why “frog”?" }).waitFor();
    await page.locator(".looked").focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowRight");
    await page.locator(".about", { hasText: "the patch in row 2, column 4 looks in block 2, by head 1." }).waitFor();
    await expect.poll(() => page.url()).toContain("patch=2%2C4");
    expect(page.url()).toContain("#look-inside?show=attention&block=2&head=1");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.url()).not.toContain("patch");
    // What a user gives is no address's matter. No task of the page computes for 50 ms while it is looked into and drawn.
    const tasks = await tasksWhile(site().browser, page, async () => {
      await page.getByLabel("Picture file").setInputFiles(truck);
      await page.getByRole("heading", { name: "Why “truck”?" }).waitFor();
      await page.getByRole("slider", { name: "Block" }).fill("4");
      await page.getByText("looks in block 4").waitFor();
    });
    expect(tasks.length).toBeGreaterThan(10);
    expect(tasks.filter(({ computed }) => computed > 50)).toEqual([]);
    await expect.poll(() => page.url()).not.toContain("picture");
    expectNothingWrong(seen);
  });

  test("is cancelled midway and begun again, and says what is wrong with a file", async () => {
    await using folder = await temporary();
    const cut = await folder.write("cut.jpg", (await readFile(frog)).subarray(0, 60));
    await using seen = await visit(site());
    const { page } = seen;
    await openTab(page, "Look inside");
    await live(page);
    await page.getByLabel("Backend", { exact: true }).selectOption("cpu");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByLabel("Backend", { exact: true }).selectOption("wasm");
    // Two pictures at once: the first is given up.
    await page.getByRole("button", { name: "Example truck.jpg" }).click();
    await page.getByLabel("Picture file").setInputFiles(frog);
    await page.getByRole("heading", { name: "Why “frog”?" }).waitFor();
    await live(page);
    await drop(page, cut);
    const problem = page.getByRole("alert");
    await problem.getByText("cut.jpg could not be looked into").waitFor();
    await page.getByRole("button", { name: "Go back to frog.jpg" }).click();
    await page.getByRole("heading", { name: "Why “frog”?" }).waitFor();
    expect(await problem.count()).toBe(0);
    expectNothingWrong(seen);
  });

  test("shows where a Swin's places look inside of their windows", async () => {
    await useBackend("wasm");
    const sizes = { img_size: 32, embed_dim: 8, depths: [2, 1], num_heads: [2, 2], window_size: 4 };
    const swin = (await buildModel("swin_tiny_patch4_window7_224", sizes, 3)).init(1);
    await using folder = await temporary();
    const files: string[] = [];
    for (const [name, bytes] of Object.entries(await modelFilesOf(swin))) files.push(await folder.write(name, bytes));
    swin.dispose();
    await using seen = await visit(site());
    const { page } = seen;
    await openTab(page, "Look inside");
    await page.getByLabel("Backend", { exact: true }).selectOption("wasm");
    await drop(page, ...files);
    await page.getByRole("button", { name: "Attention" }).click();
    await page.getByText("by those of its window in block 2, by all heads together.").waitFor();
    const last = await covers(page);
    await page.getByRole("slider", { name: "Block" }).fill("0");
    await page.locator(".looked").focus();
    await page.keyboard.press("ArrowUp");
    await page.locator(".about", { hasText: "Where the place in row 3, column 4 looks in block 0" }).waitFor();
    expect(await covers(page)).not.toEqual(last);
    await page.getByText("The same in code").click();
    expect(await page.locator(".code pre").first().textContent()).toContain(
      "windowedHeatmap(blocks.at(0)!, { from: { row: 3, column: 4 } })",
    );
    expectNothingWrong(seen);
  });

  // A tiny model, because a GPU in software takes minutes for the backward pass of a larger one.
  test("looks on WebGPU as it does on wasm", async () => {
    await using folder = await temporary();
    const config = await folder.write("config.json", JSON.stringify(tinyConfig));
    const seen = await site().onEveryBackend();
    const { page } = seen;
    await openTab(page, "Look inside");
    await page.getByLabel("Backend", { exact: true }).selectOption("wasm");
    await page.getByRole("button", { name: "Example ship.jpg" }).click();
    await drop(page, join(tinyFolder, "timm.safetensors"), config);
    const maps: number[][] = [];
    for (const backend of ["wasm", "webgpu"]) {
      await page.getByLabel("Backend", { exact: true }).selectOption(backend);
      await page.locator(".model-line", { hasText: new RegExp(`safetensors.*on ${backend}`) }).waitFor();
      await live(page);
      maps.push(await covers(page));
    }
    const difference = Math.max(...maps[0]!.map((value, i) => Math.abs(value - maps[1]![i]!)));
    expect(difference).toBeLessThanOrEqual(2);
    expect(new Set(maps[0]).size).toBeGreaterThan(8);
    await page.getByLabel("Model", { exact: true }).selectOption("embedded");
    expectNothingWrong(seen);
  });
}

/** Waits for what the model itself says of what is chosen. */
async function live(page: Page): Promise<void> {
  await page.locator("[data-live=true]").waitFor();
}

/** How much the map over the picture covers in the middle of each eighth of its sides, from 0 to 255. */
function covers(page: Page): Promise<number[]> {
  return page.locator(".looked .map canvas").evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    const middle = (i: number, size: number) => Math.floor(((i + 0.5) * size) / 8);
    return Array.from({ length: 64 }, (_, i) => data[4 * (middle(i >> 3, height) * width + middle(i & 7, width)) + 3]!);
  });
}

/** The whole text of a choice that begins so. */
async function option(page: Page, begin: string): Promise<string | undefined> {
  const all = await page.getByLabel("Why this class?").locator("option").allTextContents();
  return all.find((text) => text.startsWith(begin));
}
