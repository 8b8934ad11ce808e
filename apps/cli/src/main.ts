import { CommanderError } from "commander";
import { Interrupted } from "./interruption.ts";
import { program } from "./program.ts";
import { reportError } from "./report.ts";

/** The `tessera` command: runs it and gives the exit code, 0 done, 1 failed, 2 bad usage. */
export async function main(args: readonly string[]): Promise<number> {
  // A reader that has seen enough, `tessera models | head`, is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
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
