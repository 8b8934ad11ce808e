import { Module } from "./module.ts";

/**
 * Looks at what a module is made of, and gives a function that tells whether that is still so: the same value in every field
 * of it and of its parts, of lists and of plain objects such as configurations. What parameters hold does not count.
 */
export function structureOf(module: Module): () => boolean {
  const seen = new Set<object>();
  const fields: [object: Record<string, unknown>, name: string, value: unknown][] = [];
  function look(value: unknown): void {
    if (!isPart(value) || seen.has(value)) return;
    seen.add(value);
    const holder = value as Record<string, unknown>;
    if (Array.isArray(value)) fields.push([holder, "length", value.length]);
    for (const [name, field] of Object.entries(holder)) {
      fields.push([holder, name, field]);
      look(field);
    }
  }
  look(module);
  return () => {
    for (const [holder, name, value] of fields) if (!Object.is(holder[name], value)) return false;
    return true;
  };
}

function isPart(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Module.is(value) || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
