/** The index of the quote that closes the string opened at `open`. */
function closingQuote(json: string, open: number): number {
  let at = open + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}

function isFollowedByColon(json: string, end: number): boolean {
  let at = end + 1;
  while (/\s/.test(json[at] ?? "")) at++;
  return json[at] === ":";
}

/**
 * The first key that an object of a JSON text has twice: `JSON.parse` keeps the last one and says nothing.
 *
 * @param json a text that `JSON.parse` accepts
 */
export function repeatedKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // the keys of each object around the current place; arrays have none
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{" || character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = closingQuote(json, at);
      if (isFollowedByColon(json, end)) {
        const key = JSON.parse(json.slice(at, end + 1)) as string;
        // made for the first key alone: a text may open as many objects as it has letters
        const keys = (open[open.length - 1] ??= new Set());
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end;
    }
  }
  return undefined;
}
