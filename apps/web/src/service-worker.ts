// Keeps the site, so that it opens without a network. The build writes `self.site` above this code.

interface Site {
  version: string;
  /** Kept at once: what the page is made of. */
  shell: string[];
  /** Kept when the page says so: the worker's code, with the backends that every browser can run. */
  code: string[];
  /**
   * The SHA-256 of every file, in base64. The others, weights among them, are kept when they are first asked for. What a host
   * or a network on the way has changed is never kept: it would be there for as long as this version is.
   */
  sums: Record<string, string>;
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
const { version, shell, code, sums } = scope.site;
const prefix = "tessera-site-";
const name = prefix + version;
const absolute = (file: string) => new URL(file, scope.location.href).href;
const home = absolute("./");
const sumOf = new Map(Object.entries(sums).map(([file, sum]) => [absolute(file), sum]));

/** Asks for what the file must be: the browser refuses any other answer. */
const exactly = (url: string, cache: RequestCache) =>
  new Request(url, { integrity: `sha256-${sumOf.get(url)}`, cache });

/** All or none. What the browser's own cache holds may be what is wrong, so the second try goes past it. */
async function keepAll(urls: string[]): Promise<void> {
  const cache = await caches.open(name);
  const tried = (mode: RequestCache) => cache.addAll(urls.map((url) => exactly(url, mode)));
  await tried("default").catch(() => tried("reload"));
}

/** Keeps what a page was answered if it is what the file must be; else what the host answers now, if that is. */
async function keep(url: string, response: Response): Promise<void> {
  const cache = await caches.open(name);
  const copy = response.clone();
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.arrayBuffer()));
  if (btoa(String.fromCharCode(...sum)) === sumOf.get(url)) await cache.put(url, copy);
  else await cache.add(exactly(url, "reload"));
}

/** The code that no page has asked for yet: a backend may be chosen when there is no network. */
async function keepCode(): Promise<void> {
  const cache = await caches.open(name);
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  await keepAll(code.map(absolute).filter((url) => !kept.has(url)));
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((key) => key.startsWith(prefix) && key !== name);
  await Promise.all(old.map((key) => caches.delete(key)));
  await scope.clients.claim();
}

/** From the cache; else from the network as it comes, kept once it has been checked. Whole even when a part is asked for: parts cannot be kept. */
async function answer(url: string, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(name);
  const kept = await cache.match(url);
  if (kept) return kept;
  const response = await fetch(url);
  if (response.ok && response.status === 200) event.waitUntil(keep(url, response.clone()));
  return response;
}

scope.addEventListener("install", (event) => event.waitUntil(keepAll(shell.map(absolute))));
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
  else if (sumOf.has(url)) event.respondWith(answer(url, event));
});
