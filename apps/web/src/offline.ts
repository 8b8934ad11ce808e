import { signal } from "@preact/signals";

/** A newer version of the site waits; calling it reloads the page with that. */
export const update = signal<(() => void) | undefined>(undefined);

/** True when the site opens without a network from now on. */
export const isKept = signal(false);

/** How long the first work waits for the service worker, which keeps what it sees being fetched. */
const controlTimeout = 3000;

/**
 * Starts keeping the site for use without a network. Resolves when fetches are seen by the service worker, or when waiting for
 * that would take too long.
 */
export async function keepOffline(): Promise<void> {
  if (import.meta.env.DEV || !("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const controlled = new Promise<void>((resolve) => {
    if (serviceWorker.controller) resolve();
    else serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
  });
  try {
    const registration = await serviceWorker.register(new URL("sw.js", document.baseURI));
    watchForUpdates(registration);
  } catch {
    // Private windows and plain http: the site works, with a network.
    return;
  }
  await Promise.race([controlled, new Promise((resolve) => setTimeout(resolve, controlTimeout))]);
}

/** Keeps the rest of the code, when the page has nothing better to fetch. */
export function keepCode(): void {
  const controller = "serviceWorker" in navigator ? navigator.serviceWorker.controller : null;
  if (!controller) return;
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", () => (isKept.value = true));
  port1.start();
  controller.postMessage("keep the code", [port2]);
}

function watchForUpdates(registration: ServiceWorkerRegistration): void {
  const offer = (worker: ServiceWorker | null) => {
    if (worker?.state !== "installed" || !navigator.serviceWorker.controller) return;
    update.value = () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      worker.postMessage("take over", []);
    };
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => offer(installing));
  });
}
