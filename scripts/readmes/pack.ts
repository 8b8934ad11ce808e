import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dependingOn, writePlatformPackage } from "../../packages/native/scripts/prebuilt.mjs";
import { published } from "../metadata.mjs";
import { succeed } from "./succeed.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the packages and packs them, as a release does: this machine's module of @tessera/native is a package of its own. */
export async function packAll(into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  await succeed(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], root);
  const folders = published().flatMap((folder) => ["--workspace", folder]);
  await succeed("npm", ["pack", "--pack-destination", into, ...folders], root);

  const built = join(root, "packages/native/build/Release/tessera.node");
  if (!existsSync(built))
    throw new Error("packAll: expected the built module of @tessera/native, got none; npm install");
  const target = `${process.platform}-${process.arch}`;
  const module = join(into, target);
  writePlatformPackage(target, built, module);
  await succeed("npm", ["pack", "--pack-destination", into, module], root);
  const { version } = JSON.parse(await readFile(join(module, "package.json"), "utf8")) as { version: string };
  const tarball = join(into, `tessera-native-${version}.tgz`);
  await succeed("tar", ["-xzf", tarball], into);
  const manifest = join(into, "package", "package.json");
  const released = dependingOn(JSON.parse(await readFile(manifest, "utf8")) as { version: string }, [target]);
  await writeFile(manifest, JSON.stringify(released));
  await succeed("tar", ["-czf", tarball, "package"], into);
}
