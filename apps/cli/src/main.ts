import { CommanderError } from "commander";
import { program } from "./program.ts";
import { reportError } from "./report.ts";

/** The `tessera` command: runs it and gives the exit code, 0 done, 1 failed, 2 bad usage. */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  try {
    await program((result) => (code = result)).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportError(error, { verbose: args.includes("--verbose") });
    return 1;
  }
}
