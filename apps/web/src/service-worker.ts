// Keeps the site, so that it opens without a network. The build writes `self.site` above this code.

interface Site {
  version: string;
  /** Fetched at once: the page and its code. */
  shell: string[];
  /** Every file; those not in `shell` are kept when they are first asked for. */
  known: string[];
}

interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends LifeEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** DOM's and service workers' libraries cannot be had together; this is what we use of the latter. */
interface ServiceWorkerScope {
  readonly site: Site;
  readonly clients: { claim(): Promise<void> };
  readonly registration: ServiceWorkerRegistration;
  readonly location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: LifeEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

const scope = globalThis as unknown as ServiceWorkerScope;
const { version, shell, known } = scope.site;
const prefix = "tessera-site-";
const name = prefix + version;
const absolute = (file: string) => new URL(file, scope.location.href).href;
const home = absolute("./");
const files = new Set(known.map(absolute));

async function install(): Promise<void> {
  const cache = await caches.open(name);
  await cache.addAll(shell.map(absolute));
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((key) => key.startsWith(prefix) && key !== name);
  await Promise.all(old.map((key) => caches.delete(key)));
  await scope.clients.claim();
}

/** From the cache; else from the network, kept. Whole even when a part is asked for: parts cannot be kept. */
async function answer(url: string, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(name);
  const kept = await cache.match(url);
  if (kept) return kept;
  const response = await fetch(url);
  if (response.ok && response.status === 200) event.waitUntil(cache.put(url, response.clone()));
  return response;
}

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
// The page asks for it when the user agrees to reload: before, its code and ours would be of two versions.
scope.addEventListener("message", ({ data }) => {
  if (data === "take over") void scope.skipWaiting();
});
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = request.url.replace(/[?#].*$/, "");
  if (url === home || url === absolute("index.html")) event.respondWith(answer(home, event));
  else if (files.has(url)) event.respondWith(answer(url, event));
});
