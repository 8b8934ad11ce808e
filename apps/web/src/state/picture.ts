import { signal } from "@preact/signals";

/** The picture that Classify and Backends look at. */
export interface ShownPicture {
  blob: Blob;
  name: string;
  /** Address of the blob, for the `src` of an image. */
  url: string;
}

export const picture = signal<ShownPicture | undefined>(undefined);

export function showPicture(blob: Blob, name: string): void {
  clearPicture();
  picture.value = { blob, name, url: URL.createObjectURL(blob) };
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
  showPicture(await response.blob(), name);
}
