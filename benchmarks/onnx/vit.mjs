// A ViT as an ONNX graph, written byte by byte: what an exporter of PyTorch's model gives. With `int8`, products with
// weights are those of onnxruntime's dynamic quantisation: activations by tensor while it runs, weights by output channel.
import { Graph } from "./graph.mjs";

/** @typedef {import("../models.mjs").VitSize} VitSize */

/**
 * Weights by timm's paths, in timm's layouts: those given, else random ones.
 * @param {ReadonlyMap<string, Float32Array> | undefined} given
 */
function weightsFrom(given) {
  let seed = 1;
  /** @param {string} path @param {number[]} shape @param {number} deviation */
  return (path, shape, deviation = 0.02) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const known = given?.get(path);
    if (known?.length === size) return known;
    if (given) throw new Error(`vitOnnx: expected ${path} [${shape.join(", ")}], got ${known?.length ?? "no"} values`);
    return Float32Array.from({ length: size }, () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
      return (seed / 2 ** 31) * deviation * 1.7;
    });
  };
}

/** @param {Float32Array} x [rows, columns] @param {number} columns */
function transposed(x, columns) {
  const rows = x.length / columns;
  const y = new Float32Array(x.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) y[c * rows + r] = /** @type {number} */ (x[r * columns + c]); // prettier-ignore
  return y;
}

/** Plain loops: an iterator takes seconds over a ViT-B. @param {Float32Array} x [rows, columns] @param {number} columns */
function quantized(x, columns) {
  const scales = new Float32Array(columns);
  for (let i = 0; i < x.length; i++) {
    const scale = Math.abs(x[i] ?? 0) / 127;
    if (scale > (scales[i % columns] ?? 0)) scales[i % columns] = scale;
  }
  const values = new Int8Array(x.length);
  for (let i = 0; i < x.length; i++) values[i] = Math.round((x[i] ?? 0) / (scales[i % columns] || 1));
  return { values, scales };
}

/**
 * Input `image` [batch, 3, h, w], output [batch, 1000].
 * @param {VitSize & { batch?: number, int8?: boolean, weights?: ReadonlyMap<string, Float32Array> }} config
 */
export function vitOnnx({ width, depth, heads, imageSize = 224, batch = 1, int8 = false, weights: given }) {
  const tokens = 1 + (imageSize / 16) ** 2;
  const values = weightsFrom(given);
  const graph = new Graph();
  /** @param {string} path @param {number[]} shape @param {number} [deviation] */
  const weight = (path, shape, deviation) => graph.constant("float", shape, values(path, shape, deviation));

  /** @param {string} x @param {string} path @param {number} from @param {number} to */
  function product(x, path, from, to) {
    const matrix = transposed(values(`${path}.weight`, [to, from]), from); // [from, to]
    if (!int8) return graph.node("MatMul", [x, graph.constant("float", [from, to], matrix)]);
    const { values: w, scales } = quantized(matrix, to);
    const [xInt, xScale, xZero] = /** @type {[string, string, string]} */ (
      graph.nodes("DynamicQuantizeLinear", [x], {}, 3)
    );
    const sums = graph.node("MatMulInteger", [xInt, graph.constant("int8", [from, to], w), xZero]);
    const scale = graph.node("Mul", [xScale, graph.constant("float", [to], scales)]);
    return graph.node("Mul", [graph.node("Cast", [sums], { to: 1 }), scale]);
  }
  /** @param {string} x @param {string} path @param {number} from @param {number} to */
  const dense = (x, path, from, to) => graph.node("Add", [product(x, path, from, to), weight(`${path}.bias`, [to])]);
  /** @param {string} x @param {string} path */
  const norm = (x, path) =>
    graph.node("LayerNormalization", [x, weight(`${path}.weight`, [width], 1), weight(`${path}.bias`, [width])], {
      axis: 2,
      epsilon: { float: 1e-6 },
    });
  /** @param {string} x @param {number[]} shape */
  const reshape = (x, shape) => graph.node("Reshape", [x, graph.integers(shape)]);
  /** @param {string} x @param {number[]} perm */
  const transpose = (x, perm) => graph.node("Transpose", [x], { perm });

  const kernel = [weight("patch_embed.proj.weight", [width, 3, 16, 16]), weight("patch_embed.proj.bias", [width])];
  const patches = graph.node("Conv", ["image", ...kernel], { kernel_shape: [16, 16], strides: [16, 16] });
  const sequence = transpose(reshape(patches, [batch, width, tokens - 1]), [0, 2, 1]);
  const cls = graph.node("Expand", [weight("cls_token", [1, 1, width]), graph.integers([batch, 1, width])]);
  const placed = graph.node("Concat", [cls, sequence], { axis: 1 });
  let x = graph.node("Add", [placed, weight("pos_embed", [1, tokens, width])]);
  const d = width / heads;
  const scale = graph.constant("float", [1], Float32Array.of(d ** -0.5));
  for (let block = 0; block < depth; block++) {
    const at = `blocks.${block}`;
    const qkv = dense(norm(x, `${at}.norm1`), `${at}.attn.qkv`, width, 3 * width);
    const split = transpose(reshape(qkv, [batch, tokens, 3, heads, d]), [2, 0, 3, 1, 4]);
    const parts = graph.nodes("Split", [split], { axis: 0, num_outputs: 3 }, 3);
    const [q, k, v] = /** @type {[string, string, string]} */ (
      parts.map((part) => graph.node("Squeeze", [part, graph.integers([0])]))
    );
    const scores = graph.node("Mul", [graph.node("MatMul", [q, transpose(k, [0, 1, 3, 2])]), scale]);
    const seen = graph.node("MatMul", [graph.node("Softmax", [scores], { axis: 3 }), v]);
    const joined = reshape(transpose(seen, [0, 2, 1, 3]), [batch, tokens, width]);
    x = graph.node("Add", [x, dense(joined, `${at}.attn.proj`, width, width)]);
    const hidden = graph.node("Gelu", [dense(norm(x, `${at}.norm2`), `${at}.mlp.fc1`, width, 4 * width)]);
    x = graph.node("Add", [x, dense(hidden, `${at}.mlp.fc2`, 4 * width, width)]);
  }
  const first = graph.node("Gather", [norm(x, "norm"), graph.integers([0])], { axis: 1 });
  const output = dense(reshape(first, [batch, width]), "head", width, 1000);
  return { model: graph.model({ image: [batch, 3, imageSize, imageSize] }, { [output]: [batch, 1000] }), output };
}
