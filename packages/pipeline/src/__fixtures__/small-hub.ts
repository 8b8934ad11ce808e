// A hub on 127.0.0.1 with the addresses and headers of huggingface.co; how it may misbehave is tested in @tessera/weights.
import { createHash } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface SmallHub {
  endpoint: string;
  /** Files by name, by repository. */
  repositories: Record<string, Record<string, Uint8Array | string>>;
  /** Asked for, if set. */
  token: string | undefined;
  /** Addresses, in the order of the requests. */
  seen: string[];
  close: () => Promise<void>;
}

/** The commit of every repository and branch. */
export const commit = "0123456789abcdef0123456789abcdef01234567";

export async function startHub(repositories: SmallHub["repositories"]): Promise<SmallHub> {
  const server = createServer((request, response) => answer(hub, request, response));
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  const hub: SmallHub = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    repositories,
    token: undefined,
    seen: [],
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return hub;
}

function answer(hub: SmallHub, request: IncomingMessage, response: ServerResponse): void {
  const path = decodeURIComponent(request.url!).split("?")[0]!;
  hub.seen.push(path);
  const refuse = (status: number, code: string) => void response.writeHead(status, { "X-Error-Code": code }).end();
  if (hub.token && request.headers.authorization !== `Bearer ${hub.token}`) return refuse(401, "RepoNotFound");
  const [, listed, revision] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(path) ?? [];
  const [, held, at, name] = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const files = hub.repositories[listed ?? held ?? ""];
  if (!files) return refuse(404, "RepoNotFound");
  if (!["main", "v1", commit].includes(revision ?? at!)) return refuse(404, "RevisionNotFound");
  if (listed) {
    const siblings = Object.entries(files).map(([rfilename, file]) => ({ rfilename, ...described(file) }));
    return void response.end(JSON.stringify({ sha: commit, siblings }));
  }
  const file = files[name!];
  if (file === undefined) return refuse(404, "EntryNotFound");
  const { size, blobId } = described(file);
  response.writeHead(200, { ETag: `"${blobId}"`, "X-Repo-Commit": commit, "Content-Length": size });
  response.end(request.method === "HEAD" ? undefined : file);
}

function described(file: Uint8Array | string): { size: number; blobId: string } {
  const bytes = Buffer.from(file);
  return { size: bytes.length, blobId: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex") };
}
