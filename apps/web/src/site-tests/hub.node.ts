import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { closed } from "./serve.node.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

/** A hub of one repository on an origin of its own, as Hugging Face's answers pages elsewhere. */
export async function serveHub(repository: string, folder: string) {
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => [name, await readFile(join(folder, name))] as const),
  );
  const contents = new Map(files);
  const seen: string[] = [];
  const listing = {
    sha: commit,
    siblings: files.map(([rfilename, bytes]) => ({
      rfilename,
      size: bytes.length,
      blobId: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex"),
    })),
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://hub");
    seen.push(pathname);
    response.setHeader("Access-Control-Allow-Origin", "*");
    const isListing = ["main", commit].some((name) => pathname === `/api/models/${repository}/revision/${name}`);
    const bytes = isListing
      ? Buffer.from(JSON.stringify(listing))
      : contents.get(pathname.replace(`/${repository}/resolve/${commit}/`, ""));
    response.writeHead(bytes ? 200 : 404, { "Content-Length": bytes?.length ?? 0 }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, seen, close: () => closed(server) };
}
