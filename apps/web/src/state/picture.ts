import { signal } from "@preact/signals";

/** The picture that every tab looks at. */
export interface ShownPicture {
  blob: Blob;
  name: string;
  /** Address of the blob, for the `src` of an image. */
  url: string;
  /** Of those that come with the site: an address may name it. */
  isExample: boolean;
}

export const picture = signal<ShownPicture | undefined>(undefined);

export function showPicture(blob: Blob, name: string, { isExample = false } = {}): void {
  clearPicture();
  picture.value = { blob, name, url: URL.createObjectURL(blob), isExample };
}

export function clearPicture(): void {
  if (picture.value) URL.revokeObjectURL(picture.value.url);
  picture.value = undefined;
}

/** Pictures that come with the site. */
export const examples = ["ship", "frog", "truck", "airplane"].map((name) => ({
  name: `${name}.jpg`,
  url: `examples/${name}.jpg`,
}));

export async function showExample({ name, url }: { name: string; url: string }): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: expected a picture, got HTTP ${response.status}`);
  showPicture(await response.blob(), name, { isExample: true });
}
