// node scripts/metadata.mjs [--write]: what every published package has in common. The address of the repository is the root's, in
// package.json: homepage, bugs and links follow from it, so that a move is one line and a run with --write.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
/** @param {string} path */
const read = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");
const licence = read("LICENSE");
const { url } = JSON.parse(read("package.json")).repository;
const site = url.replace(/^git\+|\.git$/g, "");

/** Folders of the packages that are published. */
export function published() {
  return ["packages", "apps"]
    .flatMap((level) => readdirSync(join(root, level)).map((name) => `${level}/${name}`))
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .filter((folder) => JSON.parse(read(`${folder}/package.json`)).private !== true);
}

/**
 * The manifest with its addresses, after the licence as npm's documentation orders them.
 * @param {string} folder
 * @param {string} text
 */
function withAddresses(folder, text) {
  const { homepage: _, bugs: __, repository: ___, ...rest } = JSON.parse(text);
  const addresses = {
    homepage: `${site}/tree/main/${folder}#readme`,
    bugs: `${site}/issues`,
    repository: { type: "git", url, directory: folder },
  };
  const fields = Object.entries(rest).flatMap(([key, value]) =>
    [[key, value]].concat(key === "license" ? Object.entries(addresses) : []),
  );
  return `${JSON.stringify(Object.fromEntries(fields), null, 2)}\n`;
}

/**
 * npm shows a package's README where relative links lead nowhere.
 * @param {string} folder
 * @param {string} text
 */
function withAbsoluteLinks(folder, text) {
  return text.replace(/\]\((?!https?:|#)([^)\s]+)\)/g, (_, /** @type {string} */ path) => {
    return `](${new URL(path, `${site}/blob/main/${folder}/`).href})`;
  });
}

/**
 * Files that are not as they should be, and how they should be.
 * @returns {[path: string, text: string][]}
 */
function differences() {
  return published()
    .flatMap((folder) => {
      const [manifest, readme] = [`${folder}/package.json`, `${folder}/README.md`];
      return /** @type {[string, string][]} */ ([
        [manifest, withAddresses(folder, read(manifest))],
        [readme, withAbsoluteLinks(folder, read(readme))],
        [`${folder}/LICENSE`, licence],
      ]);
    })
    .filter(([path, text]) => read(path) !== text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of differences()) {
    if (process.argv.includes("--write")) writeFileSync(join(root, path), text);
    else {
      console.log(
        `${path}: expected the repository's address and licence as the root has them; node scripts/metadata.mjs --write`,
      );
      process.exitCode = 1;
    }
  }
}
