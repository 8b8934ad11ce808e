import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { PlacedInputs } from "@tessera/core";
import type { tntInnerOp } from "@tessera/tnt";
import { derivedBuffer } from "../../program/derived-buffers.ts";
import { halvesWgsl } from "../../program/half.ts";
import { type HalfMode, type Program, dispatch } from "../../program/program.ts";
import type { TfjsWebgpu } from "../../device/tfjs-backend.ts";
import { type InnerShape, type Piece, type Section, innerLayout, whole } from "./inner-layout.ts";

type Parameters = Omit<PlacedInputs<typeof tntInnerOp>, "x">;

/**
 * A block's inner parameters in two buffers, since a program may only read from eight: weights in the order of their
 * products, as halves where those are wanted, and vectors. Made once and kept as long as the parameters.
 */
export function innerParameters(
  backend: TfjsWebgpu,
  { x: _, ...parameters }: PlacedInputs<typeof tntInnerOp>,
  shape: InnerShape,
  half: HalfMode,
): [weights: GPUBuffer, vectors: GPUBuffer] {
  const type = half === "off" ? "vec4<f32>" : "vec2<u32>";
  const tensors = Object.values(parameters).map((tensor) => tensor!);
  // The order depends on how many words there are; other numbers are those of the tensors.
  return [
    derivedBuffer(backend, `tnt-inner ${type} ${shape.words}`, tensors, () =>
      weights(backend, parameters, shape, type),
    ),
    derivedBuffer(backend, "tnt-inner vectors", tensors, () => vectors(backend, parameters, shape)),
  ];
}

type Element = "vec4<f32>" | "vec2<u32>";

function weights(backend: TfjsWebgpu, parameters: Parameters, shape: InnerShape, type: Element): GPUBuffer {
  const { sections, weights: fours } = innerLayout(shape);
  const { qkv, proj, fc1, fc2 } = sections;
  const { width, hidden } = shape;
  const buffer = storage(backend, fours * (type === "vec4<f32>" ? 16 : 8));
  const third = qkv.across / 3;
  const put = (weight: TensorInfo, first: number, count: number, section: Section, tile = 0) =>
    place(backend, buffer, type, weight, { first, count }, section, tile);
  put(parameters["attn_in.qk.weight"], 0, width, qkv);
  put(parameters["attn_in.qk.weight"], width, width, qkv, third);
  put(parameters["attn_in.v.weight"], 0, width, qkv, 2 * third);
  put(parameters["attn_in.proj.weight"], 0, width, proj);
  put(parameters["mlp_in.fc1.weight"], 0, hidden, fc1);
  put(parameters["mlp_in.fc2.weight"], 0, width, fc2);
  return buffer;
}

function vectors(backend: TfjsWebgpu, parameters: Parameters, shape: InnerShape): GPUBuffer {
  const pieces = innerLayout(shape).vectorPieces;
  const buffer = storage(backend, 4 * pieces.reduce((sum, { count }) => sum + whole(count), 0));
  let offset = 0;
  for (const { from, ...rows } of pieces) {
    const across = whole(rows.count) / 4;
    place(backend, buffer, "vec4<f32>", parameters[from]!, rows, { offset, columns: 4, across, steps: 1 });
    offset += across;
  }
  return buffer;
}

/** Puts rows of a weight [out, in], or of a vector, where a section has its tiles from the `tile`-th on. */
function place(
  backend: TfjsWebgpu,
  buffer: GPUBuffer,
  type: Element,
  tensor: TensorInfo,
  { first, count }: Omit<Piece, "from">,
  { offset, columns, across, steps }: Section,
  tile = 0,
): void {
  const tiles = Math.ceil(count / columns);
  dispatch(backend, placeProgram(type), {
    inputs: [tensor],
    outputs: [buffer],
    params: [first, count, tensor.shape[1] ?? 1, columns, offset + tile, across, tiles, tiles * steps],
    groups: Math.ceil((tiles * steps) / 64),
  });
}

function storage(backend: TfjsWebgpu, bytes: number): GPUBuffer {
  return backend.bufferManager.acquireBuffer(bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
}

/** Rows of a matrix [out, in] as fours of `columns` outputs by 4 / columns inputs; zeros beyond the last row and input. */
function placeProgram(type: Element): Program {
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
