import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright";

const repository = new URL("../../../../", import.meta.url);

/** A file of the repository, by its path in it. */
const pathOf = (path: string) => fileURLToPath(new URL(path, repository));

export const frog = pathOf("examples/images/frog.jpg");
export const truck = pathOf("examples/images/truck.jpg");
export const modelFolder = pathOf("packages/pipeline/models/vit_cifar10/");

/** Drops files on the page, or pastes them, as a user's hand would. */
export async function give(page: Page, how: "drop" | "paste", ...paths: string[]): Promise<void> {
  const files = await Promise.all(
    paths.map(async (path) => [path.replace(/.*[\\/]/, ""), (await readFile(path)).toString("base64")] as const),
  );
  await page.evaluate(
    ([event, contents]) => {
      const transfer = new DataTransfer();
      for (const [name, base64] of contents) {
        const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([content], name, { type: name.endsWith(".jpg") ? "image/jpeg" : "" }));
      }
      const options = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        event === "drop"
          ? new DragEvent("drop", { ...options, dataTransfer: transfer })
          : new ClipboardEvent("paste", { ...options, clipboardData: transfer }),
      );
    },
    [how, files] as const,
  );
}

/** The likeliest class that the page shows, once it shows that. */
export function best(page: Page, label: string): Promise<void> {
  return page.locator(".results :not(.stale) > .classes li:first-child", { hasText: label }).waitFor();
}
