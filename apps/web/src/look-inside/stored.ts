/** Arrays of numbers that JSON has no name for, as text. */
const kinds = { Float32Array, Uint8ClampedArray };

interface Stored {
  array: keyof typeof kinds;
  base64: string;
}

/** As JSON, with its arrays of numbers. */
export function toText(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    const array = (Object.keys(kinds) as Stored["array"][]).find((name) => one instanceof kinds[name]);
    if (!array) return one;
    const { buffer, byteOffset, byteLength } = one as Float32Array;
    let binary = "";
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) binary += String.fromCharCode(byte);
    return { array, base64: btoa(binary) } satisfies Stored;
  });
}

/** What `toText` was given. */
export function fromText(text: string): unknown {
  return JSON.parse(text, (_, one: unknown) => {
    if (typeof one !== "object" || one === null || !("base64" in one)) return one;
    const { array, base64 } = one as Stored;
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new kinds[array](bytes.buffer);
  });
}
