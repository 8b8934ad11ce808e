import { Tabs } from "./components/tabs.tsx";
import { ThemeButton } from "./components/theme-button.tsx";
import { isKept, update } from "./offline.ts";
import { announcement } from "./state/announce.ts";
import { currentTab, openTab, tabs } from "./tabs.ts";

/** The page: its name, its tabs, the panel of the one that is open. */
export function App() {
  const { id, Panel } = currentTab.value;
  return (
    <>
      <header class="top">
        <div class="top-inner">
          <h1 class="brand">
            <img src="./icon.svg" alt="" width="26" height="26" />
            Tessera
          </h1>
          <Tabs tabs={tabs} current={id} onOpen={openTab} />
          <ThemeButton />
        </div>
      </header>
      {update.value && (
        <div class="update" role="status">
          A new version is ready.{" "}
          <button type="button" class="quiet" onClick={update.value}>
            Reload
          </button>
        </div>
      )}
      <main>
        <div class="panel" id={`panel-${id}`} role="tabpanel" aria-labelledby={`tab-${id}`} tabIndex={0} key={id}>
          <Panel />
        </div>
      </main>
      <footer class="foot">
        <p>
          Everything runs in this browser. Your pictures and models stay on this device.
          {isKept.value && " This page opens without a network, too."}
        </p>
      </footer>
      <div class="visually-hidden" role="status" aria-live="polite">
        {announcement}
      </div>
    </>
  );
}
