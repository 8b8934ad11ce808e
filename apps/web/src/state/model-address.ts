import type { ModelChoice } from "../worker/calls.ts";

export type AddressedModel = ModelChoice & { kind: "address" };

/** A page or a file of a hub's repository: /owner/name/tree/main. */
const ofHub = /^\/([^/]+\/[^/]+)\/(?:tree|resolve|blob)\/([^/]+)(?:\/|$)/;

/**
 * Where a model lies, as typed: a folder's http(s) address, one on this site, or a repository of a hub, as `owner/name` or
 * by one of its pages.
 * @throws {Error} on what is none of these.
 */
export function modelAddress(typed: string, base: string): AddressedModel {
  const text = typed.trim();
  if (text === "") throw new Error("Expected an address, got nothing; type one that begins with https://");
  if (/^[\w-]+\/[\w.-]+(@[^@]+)?$/.test(text)) return { kind: "address", address: text };
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw new Error(`Expected an address, got "${text}"; type one that begins with https://`);
  }
  if (!isAllowed(url, base))
    throw new Error(
      `Expected an https address, got "${text}"; type one that begins with https:// (http:// only for this computer)`,
    );
  return repositoryOf(url) ?? { kind: "address", address: folderOf(url) };
}

/** The model that an address of this page names; undefined where that makes no sense. */
export function addressedModel(text: string | null): AddressedModel | undefined {
  if (!text) return undefined;
  try {
    return modelAddress(text, document.baseURI);
  } catch {
    return undefined;
  }
}

/** What the worker's policy lets it ask; see `build/headers.node.ts`. */
function isAllowed({ protocol, hostname, origin }: URL, base: string): boolean {
  const isHere = origin === new URL(base).origin || ["localhost", "127.0.0.1"].includes(hostname);
  return protocol === "https:" || (protocol === "http:" && isHere);
}

function repositoryOf({ hostname, origin, pathname }: URL): AddressedModel | undefined {
  const isDefault = hostname === "huggingface.co";
  const endpoint = isDefault ? undefined : origin;
  const [, repository, revision] = ofHub.exec(pathname) ?? [];
  if (repository) {
    const address = revision === "main" ? repository : `${repository}@${decodeURIComponent(revision!)}`;
    return { kind: "address", address, endpoint };
  }
  const [, front] = /^\/([^/]+\/[^/]+)\/?$/.exec(pathname) ?? [];
  return isDefault && front ? { kind: "address", address: front } : undefined;
}

/** The address of one of its files means the folder. */
function folderOf({ href }: URL): string {
  const url = new URL(href);
  url.pathname = url.pathname.replace(/(config\.json|model\.safetensors)$/, "").replace(/\/?$/, "/");
  return url.href;
}
