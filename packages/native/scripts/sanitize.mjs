// npm run sanitize [address|thread]: builds the kernels' own test with sanitizers and runs it, on every instruction set here;
// with AddressSanitizer also the module that Node loads, for which right and wrong calls then come.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const addon = join(dirname(fileURLToPath(import.meta.url)), "..", "addon");
const build = join(addon, "..", "build", "sanitized");
const compiler = process.env["CXX"] ?? "c++";
// Lines are all that a report says of what was found; variables would have the compiler take a third longer.
const common = ["-std=gnu++17", "-DTESSERA_EMULATED=1", "-O1", "-g1", "-fno-omit-frame-pointer", "-fno-math-errno"];

const sanitizers = {
  address: ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fPIC"],
  thread: ["-fsanitize=thread"],
};
const x64 = process.arch === "x64";
const avx512 = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"];
const amx = ["-mavx512bf16", "-mamx-tile", "-mamx-bf16"];
const knowsAmx = x64 && process.platform === "linux" && compiles(amx);
/** @typedef {{ file: string, flags: string[], object?: string }} Unit */
/**
 * Without its flags a set is compiled to nothing: here one that the processor could not run.
 * @type {Unit[]}
 */
const kernels = [
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
    "tests/amx_emulated.cc",
  ].map((file) => ({ file, flags: [] })),
];
/** @type {Unit[]} */
const tests = filesIn("tests")
  .filter((file) => file !== "tests/amx_emulated.cc")
  .map((file) => ({ file, flags: [] }));
/** Node's headers, where npm's `nodedir` says or beside node. */
const nodeHeaders = join(process.env["npm_config_nodedir"] ?? join(dirname(process.execPath), ".."), "include", "node");
/** @type {Unit[]} */
const bindings = ["addon.cc", ...filesIn("bindings")].map((file) => ({
  file,
  flags: ["-DNAPI_VERSION=8", `-I${nodeHeaders}`],
}));

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
 * @param {Record<string, string>} environment
 */
async function run(program, args, environment = {}) {
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ...environment } });
  const [status] = await once(child, "close");
  if (status !== 0) process.exit(1);
}

/**
 * Compiles units, as many at once as there are processors.
 * @param {readonly Unit[]} units
 * @param {string} folder
 * @param {string[]} flags
 */
async function compileAll(units, folder, flags) {
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

/**
 * Links the module that Node loads and calls it. Node itself is not built with the sanitizer, so that comes first by hand; what
 * Node never frees is not ours.
 * @param {string} folder
 * @param {string[]} flags
 * @param {string[]} objects
 */
async function callModule(folder, flags, objects) {
  const module = join(folder, "tessera.node");
  const all = [...objects, ...(await compileAll(bindings, folder, flags))];
  await run(compiler, [...flags, "-shared", ...all, "-pthread", "-ldl", "-o", module]);
  const { stdout } = spawnSync(compiler, ["-print-file-name=libasan.so"], { encoding: "utf8" });
  const environment = { LD_PRELOAD: stdout.trim(), ASAN_OPTIONS: "detect_leaks=0" };
  const sets = spawnSync(process.execPath, ["-p", `require(${JSON.stringify(module)}).info()[3].join(" ")`], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  const calls = join(addon, "../src/__fixtures__/wrong-calls.mjs");
  for (const isa of sets.stdout.trim().split(" "))
    await run(process.execPath, [calls, relative(join(addon, "../build"), module), isa], environment);
}

const wanted = process.argv.slice(2);
for (const [name, flags] of Object.entries(sanitizers)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const folder = join(build, name);
  mkdirSync(folder, { recursive: true });
  const objects = await compileAll(kernels, folder, flags);
  const program = join(folder, "kernels_test");
  await run(compiler, [...flags, ...objects, ...(await compileAll(tests, folder, flags)), "-pthread", "-o", program]);
  await run(program, ["quick"]);
  if (name === "address") await callModule(folder, flags, objects);
  console.log(`${name}: passed`);
}
