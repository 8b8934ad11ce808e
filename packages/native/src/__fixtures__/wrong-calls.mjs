// Run in a process of its own, `node wrong-calls.mjs MODULE ISA`: calls every function of the addon with arguments that are
// wrong in one or a few places, and with other sizes and arrays that fit them to the value, and prints how many were refused. A
// crash would be the end of this process; under a sanitizer, a read beyond an array is, too. MODULE is a path in `build`.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const [, , module, isa] = process.argv;
const addon = createRequire(import.meta.url)(fileURLToPath(new URL(`../../build/${module}`, import.meta.url)));
addon.useThreads(2);
if (!addon.useIsa(isa)) throw new Error(`expected the set ${isa}, got none`);

/** @param {number} length */
const f = (length) => new Float32Array(length).fill(0.5);
/** Windows of 2 × 2 on two images of 4 × 4 with 3 channels. */
const windows = [2, 4, 4, 3, 2, 2, 0, 1, 2, 2, 2, 0, 1, 2];
/** Windows of 3 × 2 in steps of 1 on two images of 4 × 3 with 3 channels. */
const near = [2, 4, 3, 3, 3, 1, 1, 1, 4, 2, 1, 1, 1, 4];
/** Batch, queries, keys, heads, width, scale; no bias, no mask, in float32. */
const attention = [2, 3, 5, 2, 4, 0.5, 0, 0, 0, 0, undefined, undefined];
const masked = [2, 3, 3, 2, 4, 0.5, 2, 2, 3, 1, f(18), new Uint8Array(18).fill(1)];
/** Two maps of 3 × 5, two heads of 4, scale, windows of 2 × 2 shifted by 1 × 1, in float32. */
const inWindows = [2, 3, 5, 2, 4, 0.5, 2, 2, 1, 1, false, -100, 0, f(32)];
/** Panels of weights of 3 × 5. */
const panels = () => f(addon.packedSize(3, 5, 0));
const roundedPanels = () => new Uint16Array(addon.packedSize(3, 5, 1));
/** Four rows in blocks; empty where the set takes none. @param {number} k */
const blocks = (k) => new Uint16Array(addon.blocksSize(4, k));
/** Factors of a step: scale, joining, shrink, beta1, beta2, first, root, epsilon, rate. */
const adam = [1, 0, 1, 0.9, 0.999, 10, 30, 1e-8, 0.1];
const tiled = blocks(1).length > 0;

/** A right call of each: arrays are exactly as long as they must be. @type {Record<string, unknown[][]>} */
const right = {
  packedSize: [[3, 5, 1]],
  pack: [
    [3, 5, true, f(15), panels()],
    [3, 5, false, f(15), roundedPanels()],
  ],
  blocksSize: [[4, 3]],
  unpackRows: [[4, 3, new Uint16Array(1024 + 31), f(12)]],
  linear: [
    ...(tiled ? [[4, 5, 3, 1, blocks(3), roundedPanels(), f(5), f(5), undefined, blocks(5)]] : []),
    [4, 5, 3, 1, f(12), panels(), f(5), f(5), f(20), f(20)],
    [4, 5, 3, 0, f(12), roundedPanels(), undefined, undefined, undefined, f(20)],
  ],
  matmul: [[2, 3, 4, 5, false, true, false, true, f(30), f(20), f(24)]],
  attention: [[...attention, f(48), f(80), f(80), f(48)]],
  selfAttention: [[...masked, f(144), f(48)]],
  queryKeyAttention: [[...masked, f(96), f(48), f(48)]],
  attentionGrad: [[...attention, f(48), f(48), f(80), f(80), f(48), f(80), f(80), undefined]],
  selfAttentionGrad: [[...masked, f(48), f(144), f(144), f(18)]],
  windowAttention: [[...inWindows, f(24), f(720), f(240)], [...inWindows, undefined, f(720), f(240)]], // prettier-ignore
  windowAttentionGrad: [[...inWindows, f(24), f(720), f(240), f(720), f(32), f(24)], [...inWindows, undefined, f(720), f(240), f(720), f(32), undefined]], // prettier-ignore
  layerNorm: [[3, 7, 1e-6, f(21), f(7), f(7), f(21)]],
  layerNormGrad: [[3, 7, 1e-6, f(21), f(21), f(7), f(21), f(7), f(7)]],
  tntInner: [
    [2, 3, 4, 2, 5, 1e-5, 1, false, f(24), f(4), f(4), f(32), f(8), f(16), f(4), f(16), f(4), f(4), f(4), f(20), f(5), f(20), f(4), f(12), f(12), f(24), f(24)], // prettier-ignore
  ],
  tntMerge: [[2, 3, 4, 1e-5, f(32), f(24), f(4), f(4), f(32)]],
  activate: [[7, 1, f(7), f(7)]],
  activateGrad: [[7, 1, f(7), f(7), f(7)]],
  binary: [[0, 3, 5, 1, 5, 1, 0, f(15), f(5), f(15)]],
  unary: [[4, 7, f(7), f(7)]],
  softmax: [[3, 5, f(15), f(15)]],
  sumRows: [[2, 3, 5, f(30), f(10)]],
  sumColumns: [[3, 5, f(15), f(3)]],
  maxColumns: [[3, 5, f(15), f(3)]],
  softmaxCrossEntropy: [[3, 5, f(15), f(15), f(3)]],
  softmaxCrossEntropyGrad: [[3, 5, f(3), f(15), f(15), f(15)]],
  swapAxes: [[2, 3, 4, 5, f(120), f(120)]],
  copyRuns: [[3, 2, 1, 4, 0, 2, f(11), f(6)]],
  sgdUpdate: [
    [7, 1, 0, 0.9, 1, 0.1, true, f(7), f(7), f(7), f(7), f(7)],
    [7, 1, 0, 0.9, 1, 0.1, true, f(7), f(7), undefined, f(7), undefined],
  ],
  adamUpdate: [[7, ...adam, f(7), f(7), f(7), f(7), f(7), f(7), f(7)]],
  lambUpdate: [[7, ...adam, true, false, f(7), f(7), f(7), f(7), f(7), f(7), f(7)]],
  muonUpdate: [[3, 5, 1, 0.9, 1, 0.1, true, f(15), f(15), f(15), f(15), f(15)]],
  averageUpdate: [[7, 0.1, f(7), f(7), f(7)]],
  sumSquares: [[7, f(7)]],
  gather: [[2, 3, 4, 5, 2, f(120), Int32Array.of(0, 3, 1, 1), f(60)]],
  conv2d: [[...windows, 5, f(96), f(60), f(40)]],
  pool: [[...windows, true, f(96), f(24)]],
  maxPoolGrad: [[...windows, f(24), f(96), f(96)]],
  packConvolution: [[5, 3, 4, f(60), f(addon.packedSize(12, 5, 0))]],
  convolution: [
    [...windows, 5, 1, f(96), f(addon.packedSize(12, 5, 0)), f(5), f(40)],
    [...windows, 5, 0, f(96), f(addon.packedSize(12, 5, 0)), undefined, f(40)],
  ],
  convolutionGradX: [[...windows, 5, f(40), f(60), f(96)]],
  convolutionGradWeight: [[...windows, 5, f(40), f(96), f(60)]],
  depthwise: [
    [...near, 1, f(72), f(18), f(3), f(96)],
    [...near, 0, f(72), f(18), undefined, f(96)],
  ],
  depthwiseGradX: [[...near, f(96), f(18), f(72)]],
  depthwiseGradWeight: [[...near, f(96), f(72), f(18)]],
  batchStatistics: [[3, 5, f(15), f(5), f(5)]],
  batchNorm: [[3, 5, 1e-5, 1, f(15), f(5), f(5), f(5), f(5), f(15)]],
  batchNormGrad: [[3, 5, 1e-5, 1, f(15), f(5), f(5), f(5), f(5), true, f(15), f(15), f(5), f(5)]],
  groupNorm: [[2, 5, 6, 3, 1e-5, 1, f(60), f(6), f(6), f(60)]],
  groupNormGrad: [[2, 5, 6, 3, 1e-5, 1, f(60), f(6), f(6), f(60), f(60), f(6), f(6)]],
  patchify: [[...windows, f(96), f(96)]],
  patchifyGrad: [[...windows, f(96), f(96)]],
};

let state = 12345;
/** @param {number} below */
function random(below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const values = [
  ...[0, 1, 2, 7, 31, 1000, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY],
  ...[undefined, null, true, false, "seven", "", {}, [], () => 1, Symbol("size"), 7n],
  ...[f(0), f(1), f(1000), new Float64Array(100), new Int32Array(100), new Uint16Array(100), new Uint8Array(100)],
  ...[new ArrayBuffer(64), new DataView(new ArrayBuffer(64)), Int32Array.of(-1, 99, 3, 2)],
];

let [calls, refused] = [0, 0];
/** @param {string} name @param {unknown[]} args */
function attempt(name, args) {
  calls++;
  try {
    addon[name](...args);
    return false;
  } catch (error) {
    if (!(error instanceof TypeError) || !error.message.startsWith(`native ${name}: expected `)) throw error;
    refused++;
    told = error.message;
    return true;
  }
}

/** What the last refused call was told. */
let told = "";

/** @param {unknown[]} args @param {number} at @param {unknown} value */
const replaced = (args, at, value) => args.map((arg, i) => (i === at ? value : arg));

/** As long a one, of the same kind. @param {any} array @param {number} length */
const resized = (array, length) => {
  const other = new array.constructor(length);
  for (let i = 0; i < length; i++) other[i] = array.length > 0 ? array[i % array.length] : 1;
  return other;
};

/** Sizes of nothing, of one, about those of vectors, and steps. */
const sizes = [0, 0, 0, 1, 2, 3, 5, 16, 17, 33];
const longest = 1 << 20;

/**
 * A call with other sizes, whose arrays become as long as it says that they must be, one after the other.
 * @param {string} name @param {unknown[]} args
 */
function fit(name, args) {
  const fitted = [...args];
  for (let at = 0; at < fitted.length && attempt(name, fitted); at++) {
    const wanted = lengthsTold();
    if (!wanted || wanted.length > longest) return;
    const given = /** @type {any} */ (fitted[at]);
    if (!ArrayBuffer.isView(given) || /** @type {any} */ (given).length !== wanted.got) continue;
    fitted[at] = resized(given, wanted.length);
    // Of two that are as long, the first may have been right.
    if (attempt(name, fitted) && lengthsTold()?.got === wanted.length && lengthsTold()?.length === wanted.got)
      fitted[at] = given;
  }
}

/** How long the array that was refused is, and must be. */
function lengthsTold() {
  const [, length, got] = /(\d+) values in .*, got (\d+)$/.exec(told) ?? [];
  return length === undefined ? undefined : { length: Number(length), got: Number(got) };
}

const wrong = [];
for (const name of Object.keys(addon)) {
  if (["info", "useIsa", "useThreads"].includes(name)) continue;
  for (const args of right[name] ?? []) {
    if (attempt(name, args)) wrong.push(`${name}: a right call was refused`);
    for (const [i, arg] of args.entries()) {
      if (!ArrayBuffer.isView(arg)) continue;
      const array = /** @type {Float32Array} */ (arg);
      if (!attempt(name, replaced(args, i, array.subarray(1)))) wrong.push(`${name}: argument ${i} may be too short`);
      const isPart = name === "copyRuns" || array instanceof Uint16Array;
      if (!attempt(name, replaced(args, i, resized(array, array.length + 1))) && !isPart)
        wrong.push(`${name}: argument ${i} may be too long`);
      if (!attempt(name, replaced(args, i, new Float64Array(1000)))) wrong.push(`${name}: argument ${i} may be of another type`);
    }
    for (let round = 0; round < 3000; round++) {
      const changed = [...args];
      for (let n = 1 + random(3); n > 0; n--) changed[random(changed.length)] = values[random(values.length)];
      if (random(8) === 0) changed.length = random(changed.length);
      attempt(name, changed);
    }
    const numbers = [...args.keys()].filter((i) => typeof args[i] === "number");
    for (let round = 0; round < 500; round++) {
      const changed = [...args];
      for (let n = random(5); n > 0; n--) changed[numbers[random(numbers.length)] ?? 0] = sizes[random(sizes.length)];
      fit(name, changed);
    }
  }
  if (!right[name]) wrong.push(`${name}: no right call is known`);
}
const inBlocks = [4, 5, 3, 1, blocks(3), panels(), f(5), f(5), undefined, f(20)];
if (!attempt("linear", inBlocks)) wrong.push("linear: rows in blocks go with weights of floats");
const residual = [4, 5, 3, 1, f(12), roundedPanels(), f(5), f(5), f(20), blocks(5)];
if (!attempt("linear", residual)) wrong.push("linear: a residual goes with an output in blocks");
console.log(JSON.stringify({ calls, refused, wrong }));
