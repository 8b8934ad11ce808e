import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether a file lies among npm's global packages: the outermost `node_modules` above it is that of no project. */
export function isGlobal(file: string): boolean {
  const [outer = "", inside] = file.split(`${sep}node_modules${sep}`, 2);
  return inside !== undefined && !existsSync(join(outer, "package.json"));
}

/**
 * What the packages advise, for where this command is installed: they speak to a project. Beside a global command npm puts
 * what is global too; but a backend of tfjs would bring a second tfjs-core there, with which ours cannot compute.
 */
export function adviceHere(text: string, global: boolean = isGlobal(fileURLToPath(import.meta.url))): string {
  if (!global) return text;
  return text
    .replace(/\bnpm (install|rebuild) (?!@tensorflow\/)(\S+)/g, "npm $1 --global $2")
    .replace(
      /\bnpm install (@tensorflow\/\S+)/g,
      "npm install @tessera/cli $1 in a folder, and there npx @tessera/cli",
    );
}
