import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { headersOf } from "../../build/headers.node.ts";

const types: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** What of a site is compressed by every static host. */
const compressed = new Set([".css", ".html", ".js", ".json", ".svg", ".wasm", ".webmanifest"]);

export interface StaticServer {
  origin: string;
  /** Every answer: its path and the bytes of its body on the wire. */
  sent: { path: string; bytes: number }[];
  /** Sends the rest of what was held. */
  release(): void;
  /** Sends what was spoilt as it is, from now on. */
  mend(): void;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** @default the documented ones */
  headers?: (path: string) => Record<string, string>;
  /** Answers with the part that was asked for. @default true */
  ranges?: boolean;
  /** Sends only the first half of files whose path matches, until `release`. */
  hold?: RegExp;
  /** Sends files whose path matches with another last byte, until `mend`. */
  spoil?: RegExp;
}

/** A small static host: the documented headers, gzip, byte ranges, 404. */
export async function serve(
  folder: string,
  { headers = headersOf, ranges = true, hold, spoil }: ServeOptions = {},
): Promise<StaticServer> {
  const sent: StaticServer["sent"] = [];
  let release = () => {};
  let spoilt = spoil;
  const released = new Promise<void>((resolve) => (release = resolve));
  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://site").pathname;
    const file = join(folder, normalize(path.endsWith("/") ? `${path}index.html` : path));
    const respond = (status: number, body: Uint8Array, more: Record<string, string> = {}) => {
      sent.push({ path, bytes: body.length });
      response.writeHead(status, { ...headers(path), ...more, "Content-Length": body.length });
      const half = hold?.test(path) ? body.length / 2 : 0;
      response.write(body.subarray(0, half));
      void (half ? released : Promise.resolve()).then(() => response.end(body.subarray(half)));
    };
    let content: Uint8Array;
    try {
      content = await readFile(file);
      if (spoilt?.test(path)) content[content.length - 1]! ^= 1;
    } catch {
      respond(404, Buffer.from("not found"), { "Content-Type": "text/plain" });
      return;
    }
    const type = { "Content-Type": types[extname(file)] ?? "application/octet-stream" };
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec((ranges && request.headers.range) || "") ?? [];
    if (from !== undefined) {
      const end = Math.min(Number(to || content.length - 1), content.length - 1);
      const range = { "Content-Range": `bytes ${from}-${end}/${content.length}` };
      respond(206, content.subarray(Number(from), end + 1), { ...type, ...range });
    } else if (compressed.has(extname(file)) && /\bgzip\b/.test(String(request.headers["accept-encoding"])))
      respond(200, gzipSync(content), { ...type, "Content-Encoding": "gzip" });
    else respond(200, content, type);
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}/`,
    sent,
    release,
    mend: () => (spoilt = undefined),
    close: () => closed(server),
  };
}

export function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
