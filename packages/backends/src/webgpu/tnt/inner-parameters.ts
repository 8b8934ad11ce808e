import { type Inputs } from "../kernel.ts";
import { derivedBuffer } from "../derived-buffers.ts";
import { halvesWgsl } from "../half.ts";
import { type HalfMode, type Program, dispatch } from "../program.ts";
import type { TfjsWebgpu } from "../tfjs-backend.ts";
import { type InnerShape, type Piece, type Section, innerLayout, whole } from "./inner-layout.ts";

/**
 * A block's inner parameters in two buffers, since a program may only read from eight: weights in the order of their
 * products, as halves where those are wanted, and vectors. Made once and kept as long as the parameters.
 */
export function innerParameters(
  backend: TfjsWebgpu,
  { x: _, ...parameters }: Inputs,
  shape: InnerShape,
  half: HalfMode,
): [weights: GPUBuffer, vectors: GPUBuffer] {
  const layout = innerLayout(shape);
  const { qkv, proj, fc1, fc2 } = layout.sections;
  const { width, hidden } = shape;
  const third = qkv.across / 3;
  const all = (name: string, count: number): Piece => ({ from: `${name}.weight`, first: 0, count });
  const tensors = Object.values(parameters).map((tensor) => tensor!);
  const element = half === "off" ? "vec4<f32>" : "vec2<u32>";

  /** Places rows of a weight [out, in], or of a vector, as tiles from the `tile`-th of a section on. */
  function put(buffer: GPUBuffer, type: typeof element, { from, first, count }: Piece, section: Section, tile = 0) {
    const tensor = parameters[from]!;
    const { offset, columns, across, steps } = section;
    const tiles = Math.ceil(count / columns);
    dispatch(backend, placeProgram(type), {
      inputs: [tensor],
      outputs: [buffer],
      params: [first, count, tensor.shape[1] ?? 1, columns, offset + tile, across, tiles, tiles * steps],
      groups: Math.ceil((tiles * steps) / 64),
    });
  }
  const weights = derivedBuffer(backend, `tnt-inner ${element} ${shape.words}`, tensors, () => {
    const buffer = storage(backend, layout.weights * (half === "off" ? 16 : 8));
    put(buffer, element, all("attn_in.qk", width), qkv);
    put(buffer, element, { from: "attn_in.qk.weight", first: width, count: width }, qkv, third);
    put(buffer, element, all("attn_in.v", width), qkv, 2 * third);
    put(buffer, element, all("attn_in.proj", width), proj);
    put(buffer, element, all("mlp_in.fc1", hidden), fc1);
    put(buffer, element, all("mlp_in.fc2", width), fc2);
    return buffer;
  });
  const vectors = derivedBuffer(backend, "tnt-inner vectors", tensors, () => {
    const pieces = layout.vectorPieces;
    const buffer = storage(backend, 4 * pieces.reduce((sum, { count }) => sum + whole(count), 0));
    let offset = 0;
    for (const piece of pieces) {
      const across = whole(piece.count) / 4;
      put(buffer, "vec4<f32>", piece, { offset, columns: 4, across, steps: 1 });
      offset += across;
    }
    return buffer;
  });
  return [weights, vectors];
}

function storage(backend: TfjsWebgpu, bytes: number): GPUBuffer {
  return backend.bufferManager.acquireBuffer(bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
}

/** Rows of a matrix [out, in] as fours of `columns` outputs by 4 / columns inputs; zeros beyond the last row and input. */
function placeProgram(type: "vec4<f32>" | "vec2<u32>"): Program {
  const packed = type === "vec2<u32>";
  return {
    key: ["tnt-inner-place", type].join(),
    inputs: { x: "f32" },
    outputs: { y: type },
    params: {
      first: "u32",
      rows: "u32",
      inputs: "u32",
      columns: "u32",
      offset: "u32",
      across: "u32",
      tiles: "u32",
      count: "u32",
    },
    threads: 64,
    body: () => `${packed ? halvesWgsl : ""}
fn run(group: u32, lane: u32) {
  let at = group * 64u + lane;
  if (at >= params.count) { return; }
  let tile = at % params.tiles;
  let step = at / params.tiles;
  var value = vec4<f32>();
  for (var e = 0u; e < 4u; e++) {
    let row = tile * params.columns + e % params.columns;
    let input = step * (4u / params.columns) + e / params.columns;
    if (row < params.rows && input < params.inputs) { value[e] = x[(params.first + row) * params.inputs + input]; }
  }
  let place = params.offset + step * params.across + tile;
  y[place] = ${packed ? "halves(value)" : "value"};
}`,
  };
}
