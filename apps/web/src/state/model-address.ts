/**
 * Where a model lies, as typed: a folder's http(s) address, one on this site, or a repository of the hub, as `owner/name` or
 * by its page.
 * @throws {Error} on what is none of these.
 */
export function modelAddress(typed: string, base: string): string {
  const text = typed.trim();
  if (text === "") throw new Error("Expected an address, got nothing; type one that begins with https://");
  if (/^[\w-]+\/[\w.-]+(@[^@]+)?$/.test(text)) return text;
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw new Error(`Expected an address, got "${text}"; type one that begins with https://`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new Error(`Expected an http or https address, got "${text}"; type one that begins with https://`);
  const [, repository] = /^\/([^/]+\/[^/]+)/.exec(url.pathname) ?? [];
  if (url.hostname === "huggingface.co" && repository) return repository;
  // The address of one of its files means the folder.
  url.pathname = url.pathname.replace(/(config\.json|model\.safetensors)$/, "").replace(/\/?$/, "/");
  return url.href;
}
