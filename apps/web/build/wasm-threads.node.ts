import type { Plugin } from "vite";

/**
 * tfjs-backend-wasm starts its threads from the text of one of its functions. That function asks for `_scriptDir` of the
 * scope around it, under a `typeof` that a minifier rightly drops; in the thread the name is then missing and wasm never
 * starts. Nothing needs it: the text itself is what the threads get.
 */
export function wasmThreads(): Plugin {
  return {
    name: "tessera:wasm-threads",
    transform: {
      filter: { id: /wasm-out[\\/]tfjs-backend-wasm-threaded-simd\.js/ },
      handler(code) {
        const alone = code
          .replace('if(typeof _scriptDir !== "undefined" && _scriptDir){scriptDirectory=_scriptDir}', "")
          .replace('Module["mainScriptUrlOrBlob"]||_scriptDir', 'Module["mainScriptUrlOrBlob"]');
        const left = alone.match(/\b_scriptDir\b/g)?.length;
        // Three are outside of the function.
        if (left !== 3) this.error(`expected tfjs-backend-wasm 4.22.0's three mentions of _scriptDir, got ${left}`);
        return { code: alone, map: null };
      },
    },
  };
}
