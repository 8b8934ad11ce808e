import { TesseraError, shown } from "@tessera/core";

/** A repository of the hub and one of its branches, tags or commits. */
export interface HubId {
  /** `org/name` */
  repo: string;
  revision?: string;
}

const part = "[A-Za-z0-9_](?:[\\w.-]*[A-Za-z0-9_])?";
const pattern = new RegExp(`^(${part}/${part})(?:@([^@]+))?$`);

function read(text: string): HubId | undefined {
  const [, repo, revision] = text.length > 400 ? [] : (pattern.exec(text) ?? []);
  // the hub's own rules, which also keep a name from being taken for another's cache folder
  if (!repo || repo.length > 96 || /--|\.\.|\.git$/.test(repo)) return undefined;
  return { repo, revision };
}

/**
 * True for `org/name` and `org/name@revision`, as the hub allows them. A relative path of two parts looks the same, so
 * look for a file of that name first.
 */
export function isHubId(text: string): boolean {
  return read(text) !== undefined;
}

/** @throws TesseraError when the text is no name of a repository */
export function parseHubId(text: string): HubId {
  const id = read(text);
  if (!id)
    throw new TesseraError(
      `hub: expected a repository such as timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k, got ${shown(text)}; write org/name or org/name@revision`,
    );
  return id;
}

/** A full commit: what it names never changes. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
