// A ViT as an ONNX graph, written byte by byte: what an exporter of PyTorch's model gives, with random weights.

const encoder = new TextEncoder();

/** @param {number} value @returns {number[]} */
function varint(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** @typedef {Uint8Array | number | string | Field[]} Value */
/** @typedef {[number: number, value: Value]} Field */

/** @param {Field[]} fields @returns {Buffer} a protobuf message */
function message(fields) {
  const parts = fields.flatMap(([number, value]) => {
    if (typeof value === "number") return [Uint8Array.from([...varint(number * 8), ...varint(value)])];
    const bytes =
      typeof value === "string" ? encoder.encode(value) : value instanceof Uint8Array ? value : message(value);
    return [Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes];
  });
  return Buffer.concat(parts);
}

const FLOAT = 1;
const INT64 = 7;

/** @param {string} name @param {number} type @param {number[]} shape @returns {Field[]} */
function valueInfo(name, type, shape) {
  const dims = shape.map((length) => /** @type {Field} */ ([1, [[1, length]]]));
  return [
    [1, name],
    [2, [[1, [[1, type], [2, dims]]]]],
  ]; // prettier-ignore
}

/** @param {string} name @param {number | number[]} value @returns {Field[]} a whole number, several, or a float in a box */
function attribute(name, value) {
  if (Array.isArray(value)) return [[1, name], ...value.map((i) => /** @type {Field} */ ([8, i])), [20, 7]]; // prettier-ignore
  return [[1, name], [3, value], [20, 2]]; // prettier-ignore
}

/** @param {{ width: number, depth: number, heads: number, batch?: number }} config */
export function vitOnnx({ width, depth, heads, batch = 1 }) {
  const tokens = 197;
  /** @type {Field[]} */
  const nodes = [];
  /** @type {Field[]} */
  const initializers = [];
  let count = 0;
  let seed = 1;

  /** @param {number[]} shape @param {number} deviation */
  function weight(shape, deviation = 0.02) {
    const name = `w${count++}`;
    const size = shape.reduce((product, length) => product * length, 1);
    const values = Float32Array.from({ length: size }, () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
      return (seed / 2 ** 31) * deviation * 1.7;
    });
    const dims = shape.map((length) => /** @type {Field} */ ([1, length]));
    initializers.push([5, [...dims, [2, FLOAT], [8, name], [9, new Uint8Array(values.buffer)]]]);
    return name;
  }
  /** @param {number[]} values */
  function integers(values) {
    const name = `i${count++}`;
    const bytes = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
    initializers.push([5, [[1, values.length], [2, INT64], [8, name], [9, bytes]]]); // prettier-ignore
    return name;
  }
  /** @param {string} op @param {string[]} inputs @param {Record<string, number | number[]>} attributes @param {number} outputs */
  function node(op, inputs, attributes = {}, outputs = 1) {
    const names = Array.from({ length: outputs }, () => `t${count++}`);
    nodes.push([
      1,
      [
        ...inputs.map((input) => /** @type {Field} */ ([1, input])),
        ...names.map((output) => /** @type {Field} */ ([2, output])),
        [4, op],
        ...Object.entries(attributes).map(([name, value]) => /** @type {Field} */ ([5, attribute(name, value)])),
      ],
    ]);
    return /** @type {string[]} */ (names);
  }
  /** @param {string} x @param {number} from @param {number} to */
  const dense = (x, from, to) => node("Add", [node("MatMul", [x, weight([from, to])])[0], weight([to])])[0];
  /** @param {string} x */
  const norm = (x) => node("LayerNormalization", [x, weight([width], 1), weight([width])], { axis: 2 })[0];

  const patches = node("Conv", ["image", weight([width, 3, 16, 16]), weight([width])], { kernel_shape: [16, 16], strides: [16, 16] })[0]; // prettier-ignore
  const flat = node("Reshape", [patches, integers([batch, width, tokens - 1])])[0];
  const sequence = node("Transpose", [flat], { perm: [0, 2, 1] })[0];
  const cls = weight([batch, 1, width]);
  let x = node("Add", [node("Concat", [cls, sequence], { axis: 1 })[0], weight([1, tokens, width])])[0];
  const d = width / heads;
  const scale = weight([1], d ** -0.5);
  for (let block = 0; block < depth; block++) {
    const qkv = dense(norm(x), width, 3 * width);
    const split = node("Reshape", [qkv, integers([batch, tokens, 3, heads, d])])[0];
    const [q, k, v] =
      node("Split", [node("Transpose", [split], { perm: [2, 0, 3, 1, 4] })[0]], { axis: 0, num_outputs: 3 }, 3) // prettier-ignore
        .map((part) => node("Squeeze", [part, integers([0])])[0]);
    const products = node("MatMul", [q, node("Transpose", [k], { perm: [0, 1, 3, 2] })[0]])[0];
    const weights = node("Softmax", [node("Mul", [products, scale])[0]], { axis: 3 })[0];
    const seen = node("Transpose", [node("MatMul", [weights, v])[0]], { perm: [0, 2, 1, 3] })[0];
    const joined = node("Reshape", [seen, integers([batch, tokens, width])])[0];
    x = node("Add", [x, dense(joined, width, width)])[0];
    const hidden = node("Gelu", [dense(norm(x), width, 4 * width)])[0];
    x = node("Add", [x, dense(hidden, 4 * width, width)])[0];
  }
  const first = node("Gather", [norm(x), integers([0])], { axis: 1 })[0];
  const logits = dense(node("Reshape", [first, integers([batch, width])])[0], width, 1000);
  /** @type {Field[]} */
  const graph = [
    ...nodes,
    [2, "vit"],
    ...initializers,
    [11, valueInfo("image", FLOAT, [batch, 3, 224, 224])],
    [12, valueInfo(logits, FLOAT, [batch, 1000])],
  ];
  return { model: message([[1, 9], [8, [[1, ""], [2, 20]]], [7, graph]]), output: logits }; // prettier-ignore
}
