// One picture, classified in the page and in a worker of it. Every bundler packs this file as it is; see docs/bundlers.md.
import { currentBackend, useBackend } from "@tessera/backends";
import { imageClassifier } from "@tessera/pipeline";

/** @param {string} picture @param {import("@tessera/pipeline").PooledClassifierOptions} [options] */
async function labelOf(picture, options = {}) {
  const classify = await imageClassifier(undefined, options);
  const [best] = await classify(picture);
  classify.dispose();
  return best?.label;
}

/** @param {number} [threads] to compute on, where the page shares memory with its workers */
export async function classifyTwice(threads) {
  if (threads) await useBackend("wasm", { threads });
  const here = await labelOf("ship.jpg");
  const inWorker = await labelOf("ship.jpg", { workers: 1 });
  return { here, inWorker, backend: currentBackend()?.name };
}

Object.assign(globalThis, { classifyTwice });
