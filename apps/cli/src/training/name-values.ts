import { InvalidArgumentError } from "commander";

/** `depth=6` and `warmup=3`, given one after the other, as one object; values are JSON where they can be read so. */
export function nameValue(given: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const [, name, value] = /^([\w.]+)=(.*)$/s.exec(given) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Expected name=value.");
  return { ...before, [name]: parsed(value) };
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
