import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { best, drop, frog, modelFolder, temporary } from "./files.node.ts";
import { type Site, expectNothingWrong, modelReady, visit } from "./site.node.ts";

export function testErrors(site: () => Site): void {
  test("says what is wrong with a picture, and goes back to the one before", async () => {
    await using folder = await temporary();
    const cut = await folder.write("cut.jpg", (await readFile(frog)).subarray(0, 60));
    const notes = await folder.write("notes.txt", "no picture at all");
    await using seen = await visit(site());
    const { page } = seen;
    const problem = page.getByRole("alert");
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    await drop(page, cut);
    await problem.getByText("cut.jpg could not be classified").waitFor();
    expect(await problem.textContent()).toMatch(/damaged|cut/);
    await page.getByText("cut.jpg cannot be shown").waitFor();
    await page.getByLabel("Picture file").setInputFiles(notes);
    await problem.getByText("notes.txt could not be classified").waitFor();
    expect(await problem.textContent()).toContain("expected JPEG, PNG, WebP");
    await page.getByRole("button", { name: "Go back to frog.jpg" }).click();
    await best(page, "frog");
    await page.getByAltText("frog.jpg").waitFor();
    expect(await problem.count()).toBe(0);
    expectNothingWrong(seen);
  });

  test("says what is wrong with a model, keeps the picture, and goes back to the model before", async () => {
    await using folder = await temporary();
    const weights = await readFile(join(modelFolder, "model.safetensors"));
    const config = await readFile(join(modelFolder, "config.json"));
    await folder.write("model.safetensors", weights.subarray(0, 50_000));
    await folder.write("config.json", config);
    await using broken = await temporary();
    await broken.write("model.safetensors", weights);
    await broken.write("config.json", config.subarray(0, 100));
    await using seen = await visit(site());
    const { page } = seen;
    const problem = page.getByRole("alert");
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    await drop(page, folder.path);
    await problem.getByText("The model could not be loaded").waitFor();
    expect(await problem.textContent()).toMatch(/truncated|damaged|fetch it again/);
    await drop(page, broken.path);
    await problem.getByText("expected JSON").waitFor();
    await page.getByRole("button", { name: "Go back to vit_cifar10 on wasm" }).click();
    await best(page, "frog");
    expect(await page.getByLabel("Model", { exact: true }).inputValue()).toBe("embedded");
    expect(await problem.count()).toBe(0);
    expectNothingWrong(seen);
  });

  test("says what is no model and no address before anything is fetched", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    const problem = page.getByRole("alert");
    await modelReady(page);
    await page.getByLabel("Model", { exact: true }).selectOption("files");
    await page.getByLabel(/^Files/).setInputFiles([frog]);
    await problem.getByText("Expected weights with their config.json, got frog.jpg").waitFor();
    await page.getByLabel("Model", { exact: true }).selectOption("address");
    await page.getByLabel(/^Address/).fill("ftp://example.org/model");
    await page.getByRole("button", { name: "Load" }).click();
    await problem.getByText("Expected an https address").waitFor();
    // What was loaded still runs.
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    expectNothingWrong(seen);
  });

  test("says that an address does not answer", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await modelReady(page);
    await page.getByLabel("Model", { exact: true }).selectOption("address");
    await page.getByLabel(/^Address/).fill("http://127.0.0.1:9/model/");
    await page.getByRole("button", { name: "Load" }).click();
    const problem = page.getByRole("alert");
    await problem.getByText("The model could not be loaded").waitFor();
    expect(await problem.textContent()).toContain("check the address and the network");
    await page.getByRole("button", { name: "Go back to vit_cifar10 on wasm" }).click();
    await modelReady(page);
    expectNothingWrong({ wrong: seen.wrong.filter((line) => !line.includes("ERR_UNSAFE_PORT")) });
  });
}
