/** Browsers have no process to guard. */
export async function withoutNewListeners(work: () => Promise<void>): Promise<void> {
  await work();
}
