import { TesseraError } from "./errors.ts";

/** Containers in containers are looked into this far: beyond it lie other people's data. */
const deepest = 4;

/**
 * Throws for a part in a field that nobody looks into: a `Map`, a `Set`, a plain object or an array in an array. It would never
 * be initialised, saved or trained. Parts that are in the tree in another place may be anywhere.
 *
 * @throws {TesseraError} naming the field.
 */
export function refuseHidden(
  owner: object,
  prefix: string,
  isPart: (value: unknown) => boolean,
  isSeen: (part: unknown) => boolean,
): void {
  for (const [field, value] of Object.entries(owner)) {
    const found = Array.isArray(value)
      ? value.map((part) => hiddenIn(part, isPart, isSeen, 1)).find(Boolean)
      : hiddenIn(value, isPart, isSeen, 0);
    if (found)
      throw new TesseraError(
        `Module.params: expected parts of ${owner.constructor.name} in fields or arrays, got ${found} in ` +
          `${prefix ? `${prefix}: ` : ""}${field}; give each a field of its own, or the field an array`,
      );
  }
}

/** In what container a part is that nobody sees, if one is. */
function hiddenIn(
  value: unknown,
  isPart: (value: unknown) => boolean,
  isSeen: (part: unknown) => boolean,
  depth: number,
): string | undefined {
  const kind = isPart(value) ? undefined : containerOf(value);
  if (!kind || depth > deepest) return undefined;
  const inside: unknown[] =
    value instanceof Map ? [...value.values()] : value instanceof Set ? [...value] : Object.values(value as object);
  const isHere = inside.some((part) => isPart(part) && !isSeen(part));
  return isHere ? `one in ${kind}` : inside.map((part) => hiddenIn(part, isPart, isSeen, depth + 1)).find(Boolean);
}

function containerOf(value: unknown): string | undefined {
  if (value instanceof Map) return "a Map";
  if (value instanceof Set) return "a Set";
  if (Array.isArray(value)) return "an array in an array";
  if (typeof value !== "object" || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? "a plain object" : undefined;
}
