/**
 * What a terminal obeys, and marks that turn or hide the text around them; but for line ends, tabs and the colours that we
 * write. 8, hidden text, is not among those.
 */
// oxlint-disable-next-line no-control-regex -- these are what is sought
const obeyed = /\x1b\[(?:[0-79]|[2-4]\d|9[0-7]|10[0-7])m|[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * A text as a terminal may have it. What files say is escaped where a message is made, by core's `printable`; nothing else that
 * reaches a terminal gets past here either, such as a path in an error of Node.
 */
export function forTerminal(text: string): string {
  return text.replace(obeyed, (found) =>
    found.length > 1 || found === "\n" || found === "\t" ? found : escaped(found),
  );
}

/** A JSON text that means the same: `JSON.stringify` leaves half of what a terminal obeys as it is. */
export function jsonForTerminal(json: string): string {
  return json.replace(obeyed, (found) => (found === "\n" ? found : escaped(found, "\\u", 4)));
}

function escaped(character: string, mark = "\\x", digits = 2): string {
  const code = character.charCodeAt(0);
  return code > 0xff && digits === 2 ? escaped(character, "\\u", 4) : mark + code.toString(16).padStart(digits, "0");
}
