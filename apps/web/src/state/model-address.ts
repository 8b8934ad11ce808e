/**
 * The address of a model's folder, as typed: an http(s) address, one on this site, or a hub's `owner/name`.
 * @throws {Error} on what is none of these.
 */
export function modelAddress(typed: string, base: string): string {
  const text = typed.trim();
  if (text === "") throw new Error("Expected an address, got nothing; type one that begins with https://");
  if (/^[\w-]+\/[\w.-]+$/.test(text)) return `https://huggingface.co/${text}/resolve/main/`;
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw new Error(`Expected an address, got "${text}"; type one that begins with https://`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new Error(`Expected an http or https address, got "${text}"; type one that begins with https://`);
  // The pages of a model, and its files, all mean the folder.
  url.pathname = url.pathname.replace(/(config\.json|model\.safetensors)$/, "").replace(/\/?$/, "/");
  if (url.hostname === "huggingface.co" && !url.pathname.includes("/resolve/"))
    url.pathname = url.pathname.replace(/^\/([^/]+\/[^/]+)\/.*$/, "/$1/resolve/main/");
  return url.href;
}
