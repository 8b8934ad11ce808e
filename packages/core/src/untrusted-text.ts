/** Most characters of a name or value that are shown; its beginning and end tell which it is. */
const LONGEST = 200;
/** Most elements of a list or object that are shown. */
const MOST = 8;

/**
 * What a terminal obeys (control characters), what turns or hides the text around it (marks of direction, invisible tags),
 * and halves of characters, which no encoding has.
 */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\uFEFF\u{E0000}-\u{E007F}]/gu;
const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escape(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  if (code.length <= 2) return short[character] ?? `\\x${code.padStart(2, "0")}`;
  return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\u{${code}}`;
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const end = Math.floor(longest / 3);
  return `${text.slice(0, longest - end)}…${text.slice(text.length - end)}`;
}

/**
 * A text that a file or a server chose, for people: a name, a label, a message. On one line, of bounded length, and with nothing in
 * it that a terminal obeys or that turns or hides what stands beside it (Unicode TR 36, 3.3). What it was can still be read:
 * ESC is `\x1b`.
 *
 * @param longest characters of it that are kept, from its beginning and its end
 */
export function printable(text: string, longest = LONGEST): string {
  return cut(text, longest).replace(unprintable, escape);
}

/** The same of a text of several lines, which it stays. */
export function printableLines(text: string, longest = Number.POSITIVE_INFINITY): string {
  return cut(text, longest).replace(unprintable, (character) => (character === "\n" ? "\n" : escape(character)));
}

/** What is not looked into: only the outermost list or object is, so that depth and sharing cost nothing. */
function inner(value: unknown): string {
  if (typeof value === "string") return printable(JSON.stringify(cut(value, 40)), 100);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "[…]" : "{…}";
  return String(value);
}

/**
 * A value that a file holds, for people: nearly as JSON where it is short, else its beginning. Costs the same for any value.
 */
export function shown(value: unknown): string {
  if (typeof value === "string") return printable(JSON.stringify(cut(value, LONGEST)), 2 * LONGEST);
  if (Array.isArray(value)) {
    const more = value.length > MOST ? `, … ${value.length} in all` : "";
    return `[${value.slice(0, MOST).map(inner).join(", ")}${more}]`;
  }
  if (typeof value !== "object" || value === null) return value === undefined ? "nothing" : String(value as boolean);
  if (Object.getPrototypeOf(value) !== Object.prototype) return "another value";
  const fields: string[] = [];
  for (const name in value) {
    if (fields.length === MOST) {
      fields.push("…");
      break;
    }
    fields.push(`${inner(name)}:${inner((value as Record<string, unknown>)[name])}`);
  }
  return `{${fields.join(",")}}`;
}

/** Names that a file holds, for people: a few of them, and how many more there are. */
export function listed(names: Iterable<string>, most = MOST): string {
  const named: string[] = [];
  let more = 0;
  for (const name of names) {
    if (named.length < most) named.push(printable(name));
    else more++;
  }
  return named.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
