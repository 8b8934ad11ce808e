/** Takes the page's font and colours, so that it is dark where the page is. */
export const style = `
  :host { display: block; max-width: 24rem; }
  :host([hidden]) { display: none; }
  [part~="place"] {
    display: grid; place-items: center; gap: 0.75rem; min-height: 8rem; padding: 0.75rem; box-sizing: border-box;
    border: 1px dashed color-mix(in srgb, currentColor 40%, transparent); border-radius: 0.5rem; cursor: pointer;
  }
  [part~="place"]:hover, [part~="dragging"] { background: color-mix(in srgb, currentColor 6%, transparent); }
  [part~="place"]:focus-within { outline: 2px solid var(--tessera-accent, #2563eb); outline-offset: 2px; }
  [part~="picture"] { max-width: 100%; max-height: 20rem; border-radius: 0.25rem; }
  [part~="prompt"] { text-align: center; }
  input { position: absolute; width: 1px; height: 1px; opacity: 0; }
  [part~="status"], [part~="error"] { margin: 0.5rem 0; min-height: 1.4em; }
  [part~="error"]:empty { display: none; }
  [part~="answers"] { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.25rem; }
  [part~="answer"] {
    display: flex; justify-content: space-between; gap: 1rem; padding: 0.25rem 0.5rem; border-radius: 0.25rem;
    background: linear-gradient(
      to right,
      color-mix(in srgb, var(--tessera-accent, #2563eb) 25%, transparent) calc(100% * var(--score)),
      color-mix(in srgb, currentColor 5%, transparent) 0
    );
  }
  [part~="score"] { font-variant-numeric: tabular-nums; }
`;
