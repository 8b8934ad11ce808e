/** How often a method of a class's objects is called while `fn` runs: GPU commands, for one. */
export function countCalls(type: { prototype: object }, method: string, fn: () => void): number {
  const methods = type.prototype as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[method]!;
  let count = 0;
  methods[method] = function counted(this: unknown, ...args) {
    count++;
    return original.apply(this, args);
  };
  try {
    fn();
  } finally {
    methods[method] = original;
  }
  return count;
}
