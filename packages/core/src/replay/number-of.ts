const numbers = new WeakMap<object, number>();
let numbered = 0;

/** A number of an object's own, which no other object ever gets: what keys and fingerprints are made of. */
export function numberOf(object: object): number {
  const known = numbers.get(object);
  if (known !== undefined) return known;
  numbers.set(object, ++numbered);
  return numbered;
}
