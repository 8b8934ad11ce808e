import { render } from "preact";
import { App } from "./app.tsx";
import { ready } from "./classify/classification.ts";
import { keepCode, keepOffline } from "./offline.ts";
import { survey } from "./state/survey.ts";
import { applyTheme } from "./theme.ts";

applyTheme();
render(<App />, document.getElementById("app")!);
await keepOffline();
await survey.start();
const stop = ready.subscribe((model) => {
  if (!model) return;
  keepCode();
  queueMicrotask(() => stop());
});
