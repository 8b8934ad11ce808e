import { TesseraError } from "@tessera/core";

/** Bytes under addresses, kept by a browser. */
export interface ChunkStore {
  get(address: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  put(address: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(address: string): Promise<void>;
  /** All addresses that start like this. */
  list(prefix: string): Promise<string[]>;
}

/** Forgets with the page: what there is where pages may keep nothing, as over plain http and in some private windows. */
function memoryStore(): ChunkStore {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    get: async (address) => kept.get(address),
    put: async (address, bytes) => void kept.set(address, bytes),
    remove: async (address) => void kept.delete(address),
    list: async (prefix) => [...kept.keys()].filter((address) => address.startsWith(prefix)),
  };
}

function cacheStore(cache: Cache): ChunkStore {
  return {
    async get(address) {
      const found = await cache.match(address);
      return found && new Uint8Array(await found.arrayBuffer());
    },
    async put(address, bytes) {
      try {
        await cache.put(address, new Response(bytes));
      } catch (cause) {
        throw new TesseraError(
          `${address}: expected room in the browser's storage, got ${String(cause)}; free some of it, or take a smaller model`,
          { cause },
        );
      }
    },
    remove: async (address) => void (await cache.delete(address)),
    async list(prefix) {
      const keys = await cache.keys();
      return keys.map(({ url }) => url).filter((address) => address.startsWith(prefix));
    },
  };
}

/** The Cache API of that name, or memory alone where there is none. */
export async function openStore(name: string): Promise<ChunkStore> {
  const cache = await globalThis.caches?.open(name).catch(() => undefined);
  return cache ? cacheStore(cache) : memoryStore();
}
