import type { Addon } from "../addon.ts";
import type { Tracer } from "./tracer.node.ts";

/** Functions that only answer a question, or are called once for a weight, whose result is kept with it. */
const untraced = new Set(["info", "packedSize", "blocksSize", "pack", "packConvolution"]);
const settings = new Set(["useIsa", "useThreads"]);

/** An addon that does what the given one does, and whose calls the tracer records. */
export function tracedAddon(addon: Addon, tracer: Tracer): Addon {
  return new Proxy(addon, {
    get(target, name: string) {
      const run = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      if (untraced.has(name)) return run;
      return (...args: unknown[]) => {
        const result = run(...args);
        if (settings.has(name)) tracer.refuse();
        else tracer.call(name, run, args);
        return result;
      };
    },
  });
}
