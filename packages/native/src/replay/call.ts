/** A call of the addon. */
export interface Call {
  run: (...args: unknown[]) => unknown;
  args: unknown[];
}

/** An argument of a call that is the forward's input. */
export interface InputSlot {
  args: unknown[];
  index: number;
}
