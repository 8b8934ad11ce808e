/**
 * Reads a file that lies beside a test, in Node and in browsers:
 * `await readFixture(new URL("./__fixtures__/vit.safetensors", import.meta.url))`.
 */
export async function readFixture(url: URL): Promise<Uint8Array> {
  if (url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  // A development server answers a missing file with its start page.
  const missing = !response.ok || response.headers.get("content-type")?.startsWith("text/html");
  if (missing) throw new Error(`readFixture: expected a file, got status ${response.status} from ${url.pathname}`);
  return new Uint8Array(await response.arrayBuffer());
}
