import type { Browser, Page } from "playwright";

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Begin, in microseconds. */
  ts: number;
  /** Microseconds that passed, and that the thread had the processor. */
  dur?: number;
  tdur?: number;
}

/** One task of the page's main thread, in milliseconds. */
export interface MainThreadTask {
  passed: number;
  computed: number;
  /** Waited for the GPU's process. */
  waited: boolean;
}

/** Every task of a page's main thread while something is done, as Chromium's own trace has them. */
export async function tasksWhile(browser: Browser, page: Page, work: () => Promise<void>): Promise<MainThreadTask[]> {
  await browser.startTracing(page, {
    categories: ["toplevel", "__metadata", "devtools.timeline", "blink.user_timing"],
  });
  await page.evaluate(() => performance.mark("tessera"));
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`;
  // Chromium has pages of its own; the mark tells which is ours.
  const ours = thread(traceEvents.find(({ name }) => name === "tessera")!);
  const events = traceEvents.filter((event) => thread(event) === ours);
  const waits = events.filter(({ name }) => name.startsWith("GpuChannel::"));
  return events.flatMap((event) => {
    const { name, ph, dur, tdur } = event;
    // Some have no processor time: they began before the trace.
    if (ph !== "X" || !name.endsWith("RunTask") || dur === undefined || tdur === undefined) return [];
    return { passed: dur / 1000, computed: tdur / 1000, waited: waits.some((wait) => within(wait, event)) };
  });
}

function within(inner: TraceEvent, outer: TraceEvent): boolean {
  return inner.ts >= outer.ts && inner.ts <= outer.ts + outer.dur!;
}
