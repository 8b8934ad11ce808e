import { FormatError, shown } from "@tessera/core";

function problem(name: string): string | undefined {
  if (Array.from(name).some((letter) => letter < " " || letter === "\u007f")) return "a control character";
  if (name.includes("\\")) return "a backslash";
  if (name.startsWith("/")) return "an absolute path";
  const parts = name.split("/");
  if (parts.includes("..") || parts.includes(".")) return "a path that leaves its folder";
  if (parts.includes("")) return "an empty part";
  if (parts.some((part) => /^[A-Za-z]:/.test(part))) return "a drive letter";
  return undefined;
}

/**
 * A name that stays inside the folder it is joined to, on every system: a cache that is filled here may be read there.
 *
 * @throws FormatError when the name could lead elsewhere
 */
export function checkName(name: string, where: string): string {
  const found = problem(name);
  if (found) throw new FormatError(`${where}: expected a relative name, got ${shown(name)} with ${found}`);
  return name;
}
