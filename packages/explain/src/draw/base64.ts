/** Bytes as text, in Node and in browsers; numbers are rounded to bytes. */
export function base64(values: ArrayLike<number>): string {
  const bytes = Uint8ClampedArray.from(values);
  let binary = "";
  // A call takes so many arguments and no more.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
