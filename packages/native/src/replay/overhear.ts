import type { Addon } from "../addon.ts";
import type { Notes } from "./notes.node.ts";

/** What only asks, and what is done once for a weight and kept with it. */
const apart = new Set(["info", "packedSize", "blocksSize", "pack"]);
const settings = new Set(["useIsa", "useThreads"]);

/** An addon that does what the given one does, and notes it. */
export function overhear(addon: Addon, notes: Notes): Addon {
  return new Proxy(addon, {
    get(target, name: string) {
      const run = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      if (apart.has(name)) return run;
      return (...args: unknown[]) => {
        const result = run(...args);
        if (settings.has(name)) notes.refuse();
        else notes.call(name, run, args);
        return result;
      };
    },
  });
}
