// Builds an ONNX graph node by node.
import { message } from "./message.mjs";

/** @typedef {import("./message.mjs").Field} Field */
/** @typedef {number | number[] | { float: number }} Attribute */

// Element types by their number in onnx.proto.
const types = { float: 1, int8: 3, int64: 7 };

/** @param {string} name @param {Attribute} value @returns {Field[]} */
function attribute(name, value) {
  const field = (/** @type {number} */ number, /** @type {import("./message.mjs").Value} */ content) =>
    /** @type {Field} */ ([number, content]);
  if (Array.isArray(value)) return [field(1, name), ...value.map((i) => field(8, i)), field(20, 7)];
  if (typeof value === "object") return [field(1, name), field(2, value), field(20, 1)];
  return [field(1, name), field(3, value), field(20, 2)];
}

/** @param {string} name @param {number[]} shape @returns {Field[]} */
function valueInfo(name, shape) {
  const dims = shape.map((length) => /** @type {Field} */ ([1, [[1, length]]]));
  return [[1, name], [2, [[1, [[1, types.float], [2, dims]]]]]]; // prettier-ignore
}

export class Graph {
  /** @type {Field[]} */
  #nodes = [];
  /** @type {Field[]} */
  #initializers = [];
  #count = 0;

  /** @param {keyof typeof types} type @param {number[]} shape @param {ArrayBufferView} values @returns {string} its name */
  constant(type, shape, { buffer, byteOffset, byteLength }) {
    const name = `c${this.#count++}`;
    const dims = shape.map((length) => /** @type {Field} */ ([1, length]));
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.#initializers.push([5, [...dims, [2, types[type]], [8, name], [9, bytes]]]);
    return name;
  }

  /** @param {number[]} values @returns {string} the name of a constant [values.length] */
  integers(values) {
    return this.constant("int64", [values.length], BigInt64Array.from(values.map(BigInt)));
  }

  /** @param {string} op @param {string[]} inputs @param {Record<string, Attribute>} attributes @returns {string} its first output */
  node(op, inputs, attributes = {}) {
    return /** @type {string} */ (this.nodes(op, inputs, attributes, 1)[0]);
  }

  /**
   * @param {string} op @param {string[]} inputs @param {Record<string, Attribute>} attributes @param {number} outputs
   * @returns {string[]}
   */
  nodes(op, inputs, attributes, outputs) {
    const names = Array.from({ length: outputs }, () => `t${this.#count++}`);
    this.#nodes.push([
      1,
      [
        ...inputs.map((input) => /** @type {Field} */ ([1, input])),
        ...names.map((output) => /** @type {Field} */ ([2, output])),
        [4, op],
        ...Object.entries(attributes).map(([name, value]) => /** @type {Field} */ ([5, attribute(name, value)])),
      ],
    ]);
    return names;
  }

  /**
   * The file.
   * @param {Record<string, number[]>} inputs @param {Record<string, number[]>} outputs shapes by name
   */
  model(inputs, outputs) {
    /** @type {Field[]} */
    const graph = [
      ...this.#nodes,
      [2, "graph"],
      ...this.#initializers,
      ...Object.entries(inputs).map(([name, shape]) => /** @type {Field} */ ([11, valueInfo(name, shape)])),
      ...Object.entries(outputs).map(([name, shape]) => /** @type {Field} */ ([12, valueInfo(name, shape)])),
    ];
    return message([[1, 9], [8, [[1, ""], [2, 20]]], [7, graph]]); // prettier-ignore
  }
}
