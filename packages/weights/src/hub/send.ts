import { TesseraError } from "@tessera/core";
import { proxyAdvice } from "#proxy";
import { refusal } from "./refusal.ts";
import { TransientError } from "./retry.ts";
import type { Hub } from "./settings.ts";

const mostRedirects = 20;

export interface Sending {
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
  /** Beside the hub's own. */
  signal?: AbortSignal;
  /** Stop at a redirect to another host: what the hub says of a file is in that answer. */
  stopsAtBorder?: boolean;
}

export interface Sent {
  response: Response;
  /** What the hub itself answered last, before it may have sent us on to another host. */
  headers: Headers;
}

/** Node hides why a fetch failed one level down. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as { code?: unknown };
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  return typeof code === "string" && !text.includes(code) ? `${text} (${code})` : text;
}

/** What to throw in place of an error of `fetch` or of a body: the reason of an abort, or a failure that may pass. */
export function connectionError(cause: unknown, where: string, hub: Hub, signal?: AbortSignal): Error {
  const aborted = hub.signal?.aborted ? hub.signal : signal?.aborted ? signal : undefined;
  if (aborted) return aborted.reason as Error;
  return new TransientError(
    `${where}: expected an answer, got ${reason(cause)}; check the network and ${hub.endpoint}${proxyAdvice()}`,
    {
      cause,
    },
  );
}

async function once(hub: Hub, url: string, where: string, sending: Sending, isHub: boolean): Promise<Response> {
  const { method = "GET", signal } = sending;
  // compressed, a file would have neither its size nor ranges
  const headers: Record<string, string> = { ...sending.headers, "Accept-Encoding": "identity" };
  if (isHub && hub.token) headers.Authorization = `Bearer ${hub.token}`;
  // an ETag of the hub means nothing to another host, which would then send the file whole
  if (!isHub) delete headers["If-Range"];
  const signals = [hub.signal, signal].filter((one) => one !== undefined);
  try {
    return await hub.fetch(url, {
      method,
      headers,
      redirect: hub.seesRedirects ? "manual" : "follow",
      signal: signals.length > 0 ? AbortSignal.any(signals) : undefined,
    });
  } catch (cause) {
    throw connectionError(cause, where, hub, signal);
  }
}

/**
 * Sends one request and follows its redirects. The token goes to the endpoint alone: once another origin is reached, it
 * is not sent again.
 *
 * @throws TransientError when another attempt may help, TesseraError when the hub refuses; 416 is left to the caller
 */
export async function send(hub: Hub, url: string, where: string, sending: Sending = {}): Promise<Sent> {
  const { origin } = new URL(hub.endpoint);
  let at = url;
  let isHub = true;
  let headers = new Headers();
  for (let hop = 0; hop < mostRedirects; hop++) {
    const response = await once(hub, at, where, sending, isHub);
    // a mirror may send us on to a hub that knows more than it does
    if (isHub || !headers.has("x-repo-commit")) ({ headers } = response);
    const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
    if (location === null) {
      if (response.status < 300 || response.status === 416) return { response, headers };
      await response.body?.cancel();
      throw refusal(response, hub, where);
    }
    const next = URL.canParse(location, at) ? new URL(location, at) : undefined;
    if (next?.protocol !== "https:" && next?.protocol !== "http:")
      throw new TesseraError(`${where}: expected a redirect to a web address, got another; check ${hub.endpoint}`);
    isHub &&= next.origin === origin;
    if (!isHub && sending.stopsAtBorder && headers.has("x-repo-commit")) return { response, headers };
    await response.body?.cancel();
    at = next.href;
  }
  throw new TesseraError(`${where}: expected a file, got more than ${mostRedirects} redirects; check ${hub.endpoint}`);
}
