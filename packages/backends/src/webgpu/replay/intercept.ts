/** `target`, with `onCall` called after every call of a method; what it returns is the result of the call. */
export function intercept<T extends object>(
  target: T,
  onCall: (method: string, args: readonly unknown[], result: unknown) => unknown,
): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => onCall(String(name), args, Reflect.apply(member, target, args));
    },
  });
}

/** Gives an object other members, until the function that is returned is called. */
export function override<T extends object>(target: T, members: Partial<T>): () => void {
  const before = Object.keys(members).map((name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const);
  Object.assign(target, members);
  return () => {
    for (const [name, own] of before) {
      if (own) Object.defineProperty(target, name, own);
      else Reflect.deleteProperty(target, name);
    }
  };
}
