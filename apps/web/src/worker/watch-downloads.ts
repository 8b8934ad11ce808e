/** Smaller files are there before a bar would be seen, in bytes. */
const large = 2 ** 20;

/**
 * Tells the share of each large file that this worker fetches whole, from 0 to 1: the service worker answers so, and what
 * reads a file by its address does not say how far it is. Returns a function that ends it.
 */
export function watchDownloads(onProgress: (share: number) => void): () => void {
  const { fetch } = globalThis;
  globalThis.fetch = async (...request) => counted(await fetch(...request), onProgress);
  return () => {
    globalThis.fetch = fetch;
  };
}

function counted(response: Response, onProgress: (share: number) => void): Response {
  const { status, headers, body } = response;
  const total = Number(headers.get("Content-Length"));
  // The length of what is compressed tells nothing of what arrives.
  if (status !== 200 || !body || headers.has("Content-Encoding") || !(total >= large)) return response;
  let loaded = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      loaded += chunk.length;
      onProgress(loaded / total);
      controller.enqueue(chunk);
    },
  });
  return new Response(body.pipeThrough(counter), response);
}
