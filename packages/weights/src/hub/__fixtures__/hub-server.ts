// A hub on 127.0.0.1: the same addresses, headers and redirects as huggingface.co, with files of our own, and a second
// server in the place of its content network. Behaves badly when asked to.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServedFile {
  bytes: Uint8Array;
  /** Large files lie on another host. */
  isLfs?: boolean;
}

export interface Seen {
  host: "hub" | "cdn";
  method: string;
  url: string;
  range?: string;
  ifRange?: string;
  authorization?: string;
}

/** Answers a request in place of the server, or leaves it (undefined) to it. */
type Misbehaviour = (
  seen: Seen,
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => void,
) => true | undefined;

export interface HubServer {
  endpoint: string;
  /** Of one repository, `org/name`. */
  commits: Map<string, Record<string, ServedFile>>;
  refs: Map<string, string>;
  seen: Seen[];
  /** Bytes of files that went out. */
  served: number;
  /** The token that is asked for, if any. */
  token?: string;
  /** Stop a body after so many bytes, once for each entry. */
  cuts: number[];
  /** Bytes per second of bodies. */
  speed?: number;
  misbehave?: Misbehaviour;
  /** Changes the headers of answers that the hub itself gives. */
  headers?: (headers: Record<string, string | number>, seen: Seen) => void;
  close(): Promise<void>;
}

export const commitOf = (text: string): string => createHash("sha1").update(text).digest("hex");
export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
export const gitSha1Of = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
export const etagOf = ({ bytes, isLfs }: ServedFile): string => (isLfs ? sha256Of(bytes) : gitSha1Of(bytes));

/** Bytes that do not repeat. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  });
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function startHub(files: Record<string, ServedFile>): Promise<HubServer> {
  const hub: HubServer = {
    endpoint: "",
    commits: new Map([[commitOf("first"), files]]),
    refs: new Map([["main", commitOf("first")]]),
    seen: [],
    served: 0,
    cuts: [],
    close: () => Promise.all([close(server), close(cdn)]).then(() => {}),
  };
  const close = (one: Server): Promise<void> =>
    new Promise((done) => {
      one.close(() => done());
      one.closeAllConnections();
    });

  async function body(response: ServerResponse, bytes: Uint8Array): Promise<void> {
    const cut = hub.cuts.shift() ?? Infinity;
    const step = hub.speed ? Math.ceil(hub.speed / 50) : 2 ** 16;
    for (let at = 0; at < bytes.length && !response.destroyed; ) {
      const part = bytes.subarray(at, Math.min(at + step, cut));
      if (!response.write(part))
        await new Promise<void>((go) => {
          const done = (): void => {
            response.off("drain", done).off("close", done);
            go();
          };
          response.on("drain", done).on("close", done);
        });
      at += part.length;
      hub.served += part.length;
      if (at >= cut) return void response.socket?.end();
      if (hub.speed) await new Promise((go) => setTimeout(go, 20));
    }
    response.end();
  }

  function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array, headers: Record<string, string | number>): void {
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
    const ifRange = request.headers["if-range"];
    const start = from !== undefined && (ifRange === undefined || ifRange === headers.ETag) ? Number(from) : undefined;
    if (start !== undefined && start >= bytes.length)
      return void response.writeHead(416, { ...headers, "Content-Range": `bytes */${bytes.length}` }).end();
    const rest = bytes.subarray(start ?? 0);
    response.writeHead(start === undefined ? 200 : 206, {
      ...headers,
      "Accept-Ranges": "bytes",
      "Content-Length": rest.length,
      ...(start !== undefined && { "Content-Range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (request.method === "HEAD") return void response.end();
    void body(response, rest);
  }

  const handler = (host: Seen["host"], answer: typeof answerHub) => (request: IncomingMessage, response: ServerResponse): void => {
    const seen: Seen = {
      host,
      method: request.method!,
      url: decodeURIComponent(request.url!),
      range: request.headers.range,
      ifRange: request.headers["if-range"] as string | undefined,
      authorization: request.headers.authorization,
    };
    hub.seen.push(seen);
    const go = (): void => answer(request, response, seen);
    if (!hub.misbehave?.(seen, request, response, go)) go();
  };

  const refuse = (response: ServerResponse, status: number, code?: string): void =>
    void response.writeHead(status, { ...(code && { "X-Error-Code": code, "X-Error-Message": `${code} it is` }) }).end();

  function answerHub(request: IncomingMessage, response: ServerResponse, seen: Seen): void {
    if (hub.token && seen.authorization !== `Bearer ${hub.token}`) return refuse(response, 401, "RepoNotFound");
    const [path] = seen.url.split("?");
    const [, cached] = /^\/api\/resolve-cache\/(.+)$/.exec(path!) ?? [];
    const [, listed] = /^\/api\/models\/org\/name\/revision\/(.+)$/.exec(path!) ?? [];
    const [, revision, name] = cached
      ? [cached, ...cached.split("|")]
      : (/^\/org\/name\/resolve\/(refs\/pr\/\d+|[^/]+)\/(.+)$/.exec(path!) ?? []);
    if (!listed && !revision) return refuse(response, 404, "RepoNotFound");
    const asked = listed ?? revision!;
    const commit = hub.refs.get(asked) ?? asked;
    const folder = hub.commits.get(commit);
    if (!folder) return refuse(response, 404, "RevisionNotFound");
    if (listed) {
      const siblings = Object.entries(folder).map(([rfilename, file]) => ({
        rfilename,
        size: file.bytes.length,
        blobId: gitSha1Of(file.bytes),
        ...(file.isLfs && { lfs: { sha256: sha256Of(file.bytes), size: file.bytes.length, pointerSize: 134 } }),
      }));
      return void response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ sha: commit, siblings }));
    }
    const file = folder[name!];
    const headers: Record<string, string | number> = { "X-Repo-Commit": commit };
    if (!file) return void response.writeHead(404, { ...headers, "X-Error-Code": "EntryNotFound" }).end();
    const etag = etagOf(file);
    if (file.isLfs) {
      Object.assign(headers, { "X-Linked-Etag": `"${etag}"`, "X-Linked-Size": file.bytes.length, ETag: '"of the redirect"', Location: `${cdnEndpoint}/${etag}?Signature=secret` });
      hub.headers?.(headers, seen);
      return void response.writeHead(302, headers).end();
    }
    if (!cached) return void response.writeHead(307, { ...headers, Location: `/api/resolve-cache/${commit}|${name}` }).end();
    headers.ETag = `"${etag}"`;
    hub.headers?.(headers, seen);
    sendFile(request, response, file.bytes, headers);
  }

  function answerCdn(request: IncomingMessage, response: ServerResponse, seen: Seen): void {
    // as a signed address answers to a second kind of authorization
    if (seen.authorization) return void response.writeHead(400).end();
    for (const folder of hub.commits.values())
      for (const file of Object.values(folder))
        if (file.isLfs && seen.url.startsWith(`/${etagOf(file)}`))
          return sendFile(request, response, file.bytes, { ETag: '"of the network"' });
    response.writeHead(403).end();
  }

  const server = createServer(handler("hub", answerHub));
  const cdn = createServer(handler("cdn", answerCdn));
  hub.endpoint = await listen(server);
  const cdnEndpoint = await listen(cdn);
  return hub;
}
