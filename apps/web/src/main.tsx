import { render } from "preact";
import { App } from "./app.tsx";
import { ready } from "./classify/classification.ts";
import { keepCode, keepOffline } from "./offline.ts";
import { survey } from "./state/survey.ts";
import { applyTheme } from "./theme.ts";

applyTheme();
render(<App />, document.getElementById("app")!);
// Not awaited here: what a tab fetches later would wait for it, because it shares code with this file.
void start();

async function start(): Promise<void> {
  await keepOffline();
  await survey.start();
  const stop = ready.subscribe((model) => {
    if (!model) return;
    keepCode();
    queueMicrotask(() => stop());
  });
}
