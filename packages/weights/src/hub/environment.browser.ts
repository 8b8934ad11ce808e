import type { HubOptions } from "./options.ts";

/** What a page has in place of environment variables: nothing but a cache of its own. */
export async function environment(_: HubOptions): Promise<{
  endpoint?: string;
  token?: string;
  offline: boolean;
  cacheDir: string;
  seesRedirects: boolean;
}> {
  return { offline: false, cacheDir: "tessera-hub", seesRedirects: false };
}
