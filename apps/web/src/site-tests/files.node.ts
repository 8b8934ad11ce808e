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
export async function give(page: Page, how: "drop" | "paste", path: string, type: string): Promise<void> {
  const bytes = (await readFile(path)).toString("base64");
  const name = path.replace(/.*[\\/]/, "");
  await page.evaluate(
    ([event, base64, fileName, mime]) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([content], fileName, { type: mime }));
      const options = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        event === "drop"
          ? new DragEvent("drop", { ...options, dataTransfer: transfer })
          : new ClipboardEvent("paste", { ...options, clipboardData: transfer }),
      );
    },
    [how, bytes, name, type] as const,
  );
}

/** The likeliest class that the page shows, once it shows that. */
export function best(page: Page, label: string): Promise<void> {
  return page.locator(".results :not(.stale) > .classes li:first-child", { hasText: label }).waitFor();
}
