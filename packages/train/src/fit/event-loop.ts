/**
 * Lets whatever waits go first: clicks and drawing in a page, signals and sockets in Node. Faster than a timer, which
 * browsers hold back for 4 ms, and for a second in a tab that is not looked at.
 */
export function eventLoopTurn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
