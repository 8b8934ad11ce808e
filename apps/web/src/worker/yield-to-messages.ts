/** Lets messages in: a cancel waits behind whatever runs without a break. */
export function yieldToMessages(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
