import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";

const stored = "tessera-theme";
const themes: readonly Theme[] = ["auto", "light", "dark"];

/** What the user chose; `auto` is what the system says. */
export const theme = signal<Theme>(themes.find((name) => name === read()) ?? "auto");

/** Keeps the page's colours as chosen, and the choice for the next visit. */
export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    try {
      localStorage.setItem(stored, theme.value);
    } catch {
      // A browser that keeps nothing still shows the theme.
    }
  });
}

export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
}

function read(): string | null {
  try {
    return localStorage.getItem(stored);
  } catch {
    return null;
  }
}
