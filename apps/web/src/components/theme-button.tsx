import { nextTheme, theme } from "../theme.ts";

const names = { auto: "as the system", light: "light", dark: "dark" };

/** Goes through the system's theme, light and dark. */
export function ThemeButton() {
  return (
    <button type="button" class="icon" aria-label={`Theme: ${names[theme.value]}. Change it`} onClick={nextTheme}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        {theme.value === "auto" && (
          <>
            <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
          </>
        )}
        {theme.value === "light" && (
          <g fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round">
            <circle cx="10" cy="10" r="3.5" />
            <path d="M10 1.800v1.800M10 16.400v1.800M1.8 10h1.800M16.4 10h1.800M4.2 4.200l1.3 1.300M14.5 14.500l1.3 1.300M4.2 15.800l1.3-1.300M14.5 5.500l1.3-1.3" />
          </g>
        )}
        {theme.value === "dark" && (
          <path d="M16.5 12.300A7 7 0 0 1 7.7 3.500a7 7 0 1 0 8.8 8.800z" fill="currentColor" />
        )}
      </svg>
    </button>
  );
}
