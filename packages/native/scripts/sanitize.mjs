// npm run sanitize [address|thread]: builds the kernels' own test with sanitizers and runs it, on every instruction set here.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const addon = join(dirname(fileURLToPath(import.meta.url)), "..", "addon");
const build = join(addon, "..", "build", "sanitized");
const compiler = process.env["CXX"] ?? "c++";
// Lines are all that a report says of what was found; variables would have the compiler take a third longer.
const common = ["-std=gnu++17", "-DTESSERA_EMULATED=1", "-O1", "-g1", "-fno-omit-frame-pointer", "-fno-math-errno"];

const sanitizers = {
  address: ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
  thread: ["-fsanitize=thread"],
};
const x64 = process.arch === "x64";
const avx512 = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"];
const amx = ["-mavx512bf16", "-mamx-tile", "-mamx-bf16"];
const knowsAmx = x64 && process.platform === "linux" && compiles(amx);
// Without its flags a set is compiled to nothing: here one that the processor could not run.
const units = [
  { file: "isa/amx.cc", flags: knowsAmx && has("amx_bf16") ? [...avx512, ...amx] : [] },
  { file: "isa/avx512.cc", flags: x64 && has("avx512f") ? avx512 : [] },
  { file: "isa/avx2.cc", flags: x64 ? ["-mavx2", "-mfma"] : [] },
  {
    file: "tests/amx_emulated.cc",
    flags: ["-DTESSERA_UPON_AVX512=1", ...(knowsAmx && has("avx512_bf16") ? [...avx512, "-mavx512bf16"] : [])],
    object: "amx_emulated_avx512",
  },
  ...[
    "isa/neon.cc",
    "isa/portable.cc",
    "huge_pages.cc",
    "isa.cc",
    "pool.cc",
    "tile_permission.cc",
    ...filesIn("ops"),
    ...filesIn("tests"),
  ].map((file) => ({ file, flags: [] })),
];

/** @param {string[]} flags */
function compiles(flags) {
  const { stdout } = spawnSync(process.execPath, [join(addon, "../scripts/compiles.mjs"), ...flags], {
    encoding: "utf8",
  });
  return stdout.trim() === "1";
}

/**
 * Whether the processor has a feature, by Linux's name for it.
 * @param {string} feature
 */
function has(feature) {
  return process.platform !== "linux" || readFileSync("/proc/cpuinfo", "utf8").split(/\s+/).includes(feature);
}

/** @param {string} folder */
function filesIn(folder) {
  const names = readdirSync(join(addon, folder)).filter((name) => name.endsWith(".cc"));
  return names.sort().map((name) => `${folder}/${name}`);
}

/**
 * @param {string} program
 * @param {string[]} args
 */
async function run(program, args) {
  const [status] = await once(spawn(program, args, { stdio: "inherit" }), "close");
  if (status !== 0) process.exit(1);
}

/**
 * Compiles all units, as many at once as there are processors.
 * @param {string} folder
 * @param {string[]} flags
 */
async function compileAll(folder, flags) {
  const waiting = [...units];
  /** @type {string[]} */
  const objects = [];
  async function work() {
    for (let unit = waiting.shift(); unit; unit = waiting.shift()) {
      const object = join(folder, `${unit.object ?? unit.file.replaceAll("/", "_")}.o`);
      objects.push(object);
      await run(compiler, [...common, ...flags, ...unit.flags, "-c", join(addon, unit.file), "-o", object]);
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return objects;
}

const wanted = process.argv.slice(2);
for (const [name, flags] of Object.entries(sanitizers)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const folder = join(build, name);
  mkdirSync(folder, { recursive: true });
  const objects = await compileAll(folder, flags);
  const program = join(folder, "kernels_test");
  await run(compiler, [...flags, ...objects, "-pthread", "-o", program]);
  await run(program, ["quick"]);
  console.log(`${name}: passed`);
}
