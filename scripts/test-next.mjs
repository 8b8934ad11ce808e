// npm run test:next: the example for Next.js, installed, built and asked. Next.js is no part of the repository's own installation, of
// which it would be the larger half.
import { run, tool } from "./steps.mjs";

const rest = process.argv.slice(2);
const { code } = await run(tool("vitest"), ["run", "--project", "node-next", ...rest], {
  show: true,
  env: { TESSERA_TEST_NEXT: "1" },
});
process.exitCode = code;
