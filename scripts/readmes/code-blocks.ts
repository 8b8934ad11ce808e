/** A fenced block of a page. */
export interface CodeBlock {
  language: string;
  code: string;
  /** Of its first line, 1-based. */
  line: number;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(({ 1: language = "", 2: code = "", index }) => ({
    language,
    code,
    line: markdown.slice(0, index).split("\n").length + 1,
  }));
}

/** Packages that the `npm install` lines of a page name. */
export function installedBy(blocks: readonly CodeBlock[]): string[] {
  const lines = blocks.filter(({ language }) => language === "sh").flatMap(({ code }) => code.split("\n"));
  return lines.flatMap((line) => {
    const [, names = ""] = /^npm install ((?:[@\w][\w./-]* ?)+)/.exec(line) ?? [];
    return names.trim().split(" ").filter(Boolean);
  });
}

/** Packages that a program imports. */
export function importedBy(code: string): string[] {
  const specifiers = [...code.matchAll(/^(?:import|export) (?:[^"]* from )?"([^"]+)"/gm)].map(([, name = ""]) => name);
  return specifiers
    .filter((name) => !name.startsWith("node:"))
    .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
}
