import { afterAll, afterEach } from "vitest";

const banner = /Hi, looks like you are running TensorFlow\.js in Node\.js/;

/** Fails any test that writes to the console. Allowed is tfjs's one banner under Node. */
export function failOnConsole(): void {
  const written: string[] = [];
  for (const method of ["debug", "error", "info", "log", "warn"] as const) {
    console[method] = (...parts: unknown[]) => {
      const text = parts.map(String).join(" ");
      if (!banner.test(text)) written.push(`console.${method}: ${text}`);
    };
  }
  function expectSilence(): void {
    if (written.length > 0) throw new Error(`expected a silent test, got\n${written.splice(0).join("\n")}`);
  }
  afterEach(expectSilence);
  afterAll(expectSilence);
}
