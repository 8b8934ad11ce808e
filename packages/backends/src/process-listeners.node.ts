const events = ["uncaughtException", "unhandledRejection"] as const;

/**
 * Runs `work` and takes away the process listeners that it added. Emscripten's loader, which tfjs-backend-wasm carries,
 * ends the process at the first rejected promise of anybody; that is not a backend's decision.
 */
export async function withoutNewListeners(work: () => Promise<void>): Promise<void> {
  const before = events.map((event) => process.listeners(event as NodeJS.Signals));
  try {
    await work();
  } finally {
    for (const [i, event] of events.entries()) {
      for (const listener of process.listeners(event as NodeJS.Signals)) {
        if (!before[i]!.includes(listener)) process.removeListener(event, listener);
      }
    }
  }
}
