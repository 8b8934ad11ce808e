// npm run numbers [FILE]: writes src/numbers.ts, or FILE: the enumerations of addon/numbers.h for JavaScript.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const file = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const header = readFileSync(file("../addon/numbers.h"), "utf8");

const tables = [...header.matchAll(/enum class (\w+) : int \{ (.*) \};\nconstexpr int k(\w+) = (\d+);/g)].map(
  ([, name, members = "", plural = "", count]) => {
    const names = members.split(", ");
    if (names.length !== Number(count))
      throw new Error(`numbers.h: expected k${plural} to be ${names.length}, the members of ${name}, got ${count}`);
    const table = `${plural[0]?.toLowerCase()}${plural.slice(1)}`;
    const rows = names.map((member, number) => `  ${member}: ${number},\n`);
    return `export const ${table} = {\n${rows.join("")}} as const;\n`;
  },
);

writeFileSync(
  process.argv[2] ?? file("../src/numbers.ts"),
  `// Made of addon/numbers.h by npm run numbers; do not edit.\n${tables.join("")}`,
);
