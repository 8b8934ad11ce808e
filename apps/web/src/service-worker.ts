// Keeps the site, so that it opens without a network. The build writes `self.site` above this code.

interface Site {
  version: string;
  /** Kept at once: what the page is made of. */
  shell: string[];
  /** Kept when the page says so: the worker's code, with the backends that every browser can run. */
  code: string[];
  /** Every file; the others, weights among them, are kept when they are first asked for. */
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
  addEventListener(type: "message", listener: (event: LifeEvent & MessageEvent) => void): void;
}

const scope = globalThis as unknown as ServiceWorkerScope;
const { version, shell, code, known } = scope.site;
const prefix = "tessera-site-";
const name = prefix + version;
const absolute = (file: string) => new URL(file, scope.location.href).href;
const home = absolute("./");
const files = new Set(known.map(absolute));

async function install(): Promise<void> {
  const cache = await caches.open(name);
  await cache.addAll(shell.map(absolute));
}

/** The code that no page has asked for yet: a backend may be chosen when there is no network. */
async function keepCode(): Promise<void> {
  const cache = await caches.open(name);
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  await cache.addAll(code.map(absolute).filter((url) => !kept.has(url)));
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
scope.addEventListener("message", (event) => {
  const { data, ports } = event;
  if (data === "keep the code") event.waitUntil(keepCode().then(() => ports[0]?.postMessage("kept")));
  // The page asks for it when the user agrees to reload: before, its code and ours would be of two versions.
  if (data === "take over") void scope.skipWaiting();
});
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = request.url.replace(/[?#].*$/, "");
  if (url === home || url === absolute("index.html")) event.respondWith(answer(home, event));
  else if (files.has(url)) event.respondWith(answer(url, event));
});
