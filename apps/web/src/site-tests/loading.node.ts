import { expect, test } from "vitest";
import { best, frog, truck } from "./files.node.ts";
import { serve } from "./serve.node.ts";
import { type Site, expectNothingWrong, firstVisit, modelReady, openTab } from "./site.node.ts";

/** Bytes on the wire of a first visit, without weights. */
const budget = 500_000;

export function testLoading(site: () => Site): void {
  test("loads under 500 KB at first, nothing from elsewhere, and works without a network afterwards", async () => {
    const { folder, browser } = site();
    const server = await serve(folder);
    const { sent, origin } = server;
    await using seen = await firstVisit({ browser, origin });
    const { page } = seen;
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith("blob:")) elsewhere.push(request.url());
    });
    await modelReady(page);
    await page.getByText("opens without a network").waitFor();
    const answers = [...sent];
    const bytes = answers.reduce((sum, answer) => sum + (answer.path.endsWith(".safetensors") ? 0 : answer.bytes), 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes, answers.map((answer) => `${answer.path} ${answer.bytes}`).join("\n")).toBeLessThan(budget);
    // The weights come once, whole, through the service worker.
    expect(answers.filter(({ path }) => path.endsWith(".safetensors"))).toHaveLength(1);

    // What Teach is made of is kept once the tab has been opened.
    await openTab(page, "Teach");
    await expect.poll(() => page.evaluate(stateOf, "teaching-")).toEqual([{ kept: true, right: true }]);
    await openTab(page, "Classify");

    await page.context().setOffline(true);
    await server.close();
    await page.reload();
    await modelReady(page);
    await openTab(page, "Teach");
    for (const [i, picture] of [frog, truck].entries()) {
      await page.getByLabel(`Picture files of Class ${i + 1}`).setInputFiles(picture);
      await page.getByText("1 picture", { exact: true }).nth(i).waitFor();
    }
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByText("none was held back to judge by").waitFor();
    await openTab(page, "Classify");
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    await page.getByLabel("Backend", { exact: true }).selectOption("cpu");
    await page.locator(".model-line", { hasText: "on cpu" }).waitFor();
    expectNothingWrong(seen);
    // Its code is kept once it has run.
    await page.getByLabel("Backend", { exact: true }).selectOption("webgl");
    await page.getByRole("alert").getByText("choose another").waitFor();
    await page.getByRole("button", { name: "Go back to vit_cifar10 on cpu" }).click();
    await best(page, "frog");
    expect(elsewhere).toEqual([]);
  });

  test("never keeps what is not the file that was built, even if the browser's own cache has it", async () => {
    const { folder, browser } = site();
    for (const spoil of [/ship\.jpg$/, /\.safetensors$/]) {
      const server = await serve(folder, { spoil });
      const { sent, origin } = server;
      const asked = () => sent.filter(({ path }) => spoil.test(path)).length;
      await using seen = await firstVisit({ browser, origin });
      const { page } = seen;
      const state = () => page.evaluate(stateOf, spoil.source);
      await modelReady(page);
      // Once by the page or at install, once past the browser's cache.
      await expect.poll(asked).toBe(2);
      expect((await state()).map(({ kept }) => kept)).toEqual([false]);
      server.mend();
      await page.reload();
      await modelReady(page);
      await expect.poll(state).toEqual([{ kept: true, right: true }]);
      expect(asked()).toBe(3);
      await server.close();
    }
  });
}

/** Of each of the site's files that match: whether it is kept, and as it was built. Runs in the page. */
async function stateOf(pattern: string): Promise<{ kept: boolean; right: boolean }[]> {
  const text = await (await fetch("sw.js")).text();
  const { sums } = JSON.parse(text.slice("self.site=".length, text.indexOf(";\n"))) as { sums: Record<string, string> };
  const matching = Object.entries(sums).filter(([file]) => new RegExp(pattern).test(file));
  return Promise.all(
    matching.map(async ([file, sum]) => {
      const kept = await caches.match(new URL(file, location.href));
      const bytes = new Uint8Array(
        await crypto.subtle.digest("SHA-256", kept ? await kept.arrayBuffer() : new ArrayBuffer(0)),
      );
      return { kept: !!kept, right: btoa(String.fromCharCode(...bytes)) === sum };
    }),
  );
}
