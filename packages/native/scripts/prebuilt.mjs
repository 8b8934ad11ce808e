// npm run prebuilt -w @tessera/native -- [FOLDER] [--depend]: makes a package of each prebuilt module, in prebuilds/, to be published.
// FOLDER holds PLATFORM-ARCH/tessera.node of each, as the release workflow gathers them; without it there is one, that was built
// here. With --depend @tessera/native then asks for them, in its package.json: no checkout does, since npm would look for packages
// that are not published yet, and would refuse a workspace that is made for another platform.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
/** @typedef {Record<string, unknown> & { version: string }} Manifest */
/** @type {Manifest} */
const native = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/**
 * What npm reads of a package with the module for one platform. It installs the one that fits the machine, and no other.
 * @param {string} target PLATFORM-ARCH as Node names them
 */
function manifestOf(target) {
  const [os, cpu] = target.split("-");
  const { version, license, homepage, bugs, repository, engines, publishConfig } = native;
  return {
    name: `@tessera/native-${target}`,
    version,
    description: `The module of @tessera/native, built for ${target}.`,
    license,
    homepage,
    bugs,
    repository,
    main: "tessera.node",
    files: ["tessera.node"],
    os: [os],
    cpu: [cpu],
    // Built against glibc; Alpine's musl builds its own.
    ...(os === "linux" && { libc: ["glibc"] }),
    engines,
    preferUnplugged: true,
    publishConfig,
  };
}

/**
 * Writes the package of one platform.
 * @param {string} target
 * @param {string} module the built file
 * @param {string} folder
 */
export function writePlatformPackage(target, module, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifestOf(target), null, 2)}\n`);
  const about = "You need not install it: [`@tessera/native`](https://www.npmjs.com/package/@tessera/native) does.";
  writeFileSync(join(folder, "README.md"), `# @tessera/native-${target}\n\n${about}\n`);
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  copyFileSync(module, join(folder, "tessera.node"));
}

/**
 * A manifest of @tessera/native that asks for prebuilt modules.
 * @param {Manifest} manifest
 * @param {readonly string[]} targets
 */
export function dependingOn(manifest, targets) {
  const wanted = targets.map((target) => [`@tessera/native-${target}`, manifest.version]);
  return { ...manifest, optionalDependencies: Object.fromEntries(wanted) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const gathered = process.argv.slice(2).find((argument) => argument !== "--depend");
  const here = `${process.platform}-${process.arch}`;
  const targets = gathered ? readdirSync(gathered).sort() : [here];
  for (const target of targets) {
    const module = gathered ? join(gathered, target, "tessera.node") : join(root, "build/Release/tessera.node");
    if (!existsSync(module)) throw new Error(`prebuilt: expected a built module, got none at ${module}`);
    writePlatformPackage(target, module, join(root, "prebuilds", target));
  }
  if (process.argv.includes("--depend"))
    writeFileSync(join(root, "package.json"), `${JSON.stringify(dependingOn(native, targets), null, 2)}\n`);
  console.log(`prebuilds: ${targets.join(", ")}`);
}
