// node scripts/compiles.mjs FLAG…: prints 1 if the C++ compiler knows all flags, else 0. binding.gyp asks, so that an older
// compiler builds what it can.
import { spawnSync } from "node:child_process";
import { devNull } from "node:os";

const compiler = process.env["CXX"] ?? "c++";
const { status } = spawnSync(compiler, [...process.argv.slice(2), "-x", "c++", "-fsyntax-only", devNull], {
  shell: compiler.includes(" "),
});
console.log(status === 0 ? 1 : 0);
