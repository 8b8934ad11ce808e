import { CommanderError } from "commander";
import { Interrupted } from "./interruption.ts";
import { program } from "./program.ts";
import { reportError, watchOutput } from "./report.ts";

/** The `tessera` command: runs it and gives the exit code, 0 done, 1 failed, 2 bad usage. */
export async function main(args: readonly string[]): Promise<number> {
  watchOutput();
  let code = 0;
  try {
    await program((result) => (code = result)).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    // By the signal itself: a shell then ends the loop that called, too.
    if (error instanceof Interrupted) process.kill(process.pid, error.signal);
    else reportError(error, { verbose: args.includes("--verbose") });
    return 1;
  }
}
