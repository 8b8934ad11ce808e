import pc from "picocolors";

/** picocolors looks at stdout alone, and colours in every CI; what goes to a file or another program has to be plain. */
function coloursOf({ isTTY = false }: { isTTY?: boolean }): ReturnType<typeof pc.createColors> {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const wanted = FORCE_COLOR ? FORCE_COLOR !== "0" : isTTY && TERM !== "dumb";
  return pc.createColors(wanted && !NO_COLOR);
}

/** Colours of what is written to stdout. */
export const colours = coloursOf(process.stdout);

/** Colours of what is written to stderr. */
export const stderrColours = coloursOf(process.stderr);
