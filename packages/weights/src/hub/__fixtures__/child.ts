// What a test runs as a process of its own: downloads one file and prints its path.
import { hubFile } from "../hub-file.ts";

const [repo, file, options] = process.argv.slice(2) as [string, string, string];
try {
  process.stdout.write(String(await hubFile(repo, file, JSON.parse(options))));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
