// A registry on 127.0.0.1 for the packages as they would be published. npm asks it for one scope, and its own registry for the rest.
// (Verdaccio does more than this needs: its own page, accounts, three hundred packages, and Node 22.)
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { succeed } from "./succeed.ts";

export interface Registry {
  url: string;
  close(): Promise<void>;
}

interface Manifest {
  name: string;
  version: string;
}

/** Serves every tarball of a folder. */
export async function startRegistry(folder: string): Promise<Registry> {
  const documents = new Map<string, (url: string) => object>();
  for (const file of await readdir(folder)) {
    if (!file.endsWith(".tgz")) continue;
    const manifest = JSON.parse(
      await succeed("tar", ["-xzOf", join(folder, file), "package/package.json"], folder),
    ) as Manifest;
    const hash = createHash("sha512").update(await readFile(join(folder, file)));
    const integrity = `sha512-${hash.digest("base64")}`;
    const { name, version } = manifest;
    documents.set(name, (url) => ({
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { ...manifest, dist: { integrity, tarball: `${url}/-/${file}` } } },
    }));
  }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!).slice(1);
    const found = documents.get(path);
    if (found) response.end(JSON.stringify(found(url)));
    else if (path.startsWith("-/")) createReadStream(join(folder, path.slice(2))).pipe(response);
    else response.writeHead(404).end("{}");
  });
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
