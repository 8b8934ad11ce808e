import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { best, frog, modelFolder } from "./files.node.ts";
import { type Site, expectNothingWrong, openTab, visit } from "./site.node.ts";

export function testErrors(site: () => Site): void {
  test("says what is wrong with a file, and goes on", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tessera-files-"));
    const cut = join(folder, "cut.jpg");
    const notes = join(folder, "notes.txt");
    await writeFile(cut, (await readFile(frog)).subarray(0, 60));
    await writeFile(notes, "no picture at all");
    await using seen = await visit(site());
    const { page } = seen;
    const problem = page.getByRole("alert");
    await page.getByLabel("Picture file").setInputFiles(cut);
    await problem.getByText("cut.jpg could not be classified").waitFor();
    expect(await problem.textContent()).toMatch(/damaged|cut/);
    await page.getByLabel("Picture file").setInputFiles(notes);
    await problem.getByText("notes.txt could not be classified").waitFor();
    expect(await problem.textContent()).toContain("expected JPEG, PNG, WebP");
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    expect(await problem.count()).toBe(0);
    await rm(folder, { recursive: true });
    expectNothingWrong(seen);
  });

  test("says what is wrong with a model, and goes back to one that works", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tessera-files-"));
    const cut = join(folder, "model.safetensors");
    await writeFile(cut, (await readFile(join(modelFolder, "model.safetensors"))).subarray(0, 50_000));
    await using seen = await visit(site());
    const { page } = seen;
    const problem = page.getByRole("alert");
    await page.getByLabel("Model", { exact: true }).selectOption("files");
    await page.getByLabel(/^Files/).setInputFiles([cut, join(modelFolder, "config.json")]);
    await problem.getByText("The model could not be loaded").waitFor();
    expect(await problem.textContent()).toMatch(/truncated|damaged|fetch it again/);
    await page.getByLabel(/^Files/).setInputFiles([frog]);
    await problem.getByText("Expected weights with their config.json, got frog.jpg").waitFor();
    await page.getByLabel("Model", { exact: true }).selectOption("address");
    await page.getByLabel(/^Address/).fill("ftp://example.org/model");
    await page.getByRole("button", { name: "Load" }).click();
    await problem.getByText("Expected an http or https address").waitFor();
    await page.getByLabel("Model", { exact: true }).selectOption("embedded");
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    await rm(folder, { recursive: true });
    expectNothingWrong(seen);
  });

  test("cancels at once what cannot be interrupted, and works afterwards", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await openTab(page, "Benchmark");
    await page.getByLabel("Model", { exact: true }).selectOption("variant");
    await page.getByLabel("Backend", { exact: true }).selectOption("cpu");
    await page.getByRole("button", { name: "Measure" }).click();
    await page.getByText("Warming up").waitFor();
    const start = performance.now();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Measure" }).and(page.locator(":enabled")).waitFor();
    expect(performance.now() - start).toBeLessThan(1500);
    await openTab(page, "Classify");
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    expectNothingWrong(seen);
  });
}
