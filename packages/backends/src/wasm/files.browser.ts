// Written out, so that bundlers see the files and ship them with a page.
const plain = new URL("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm", import.meta.url);
const simd = new URL("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm", import.meta.url);
const threaded = new URL("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm", import.meta.url);

/** Where a bundler has put tfjs's builds; a page fetches the one that it can run. */
export const wasmFiles = {
  "tfjs-backend-wasm.wasm": plain.href,
  "tfjs-backend-wasm-simd.wasm": simd.href,
  "tfjs-backend-wasm-threaded-simd.wasm": threaded.href,
};
