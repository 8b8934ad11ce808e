/** How programs for attention in windows differ. */
export interface WindowVariant {
  /** Whether values are given for what pads the map; zeros otherwise. */
  padding: boolean;
  /** Whether the map is moved before it is cut, so that a window may hold tokens from opposite borders. */
  shifted: boolean;
  /** Places of a window. */
  area: number;
}

export const windowParams = {
  map_height: "u32",
  map_width: "u32",
  window_height: "u32",
  window_width: "u32",
  shift_down: "u32",
  shift_across: "u32",
  pad_first: "u32",
  masked: "f32",
} as const;

/**
 * `fn take_window(lane, threads)`, which all threads call when `batch` names another window; then `fn token_of(row)` is the token, counted
 * over the batch, at a place of it, or PADDING, and `fn strip_of(row)` which of the strips it lies in that the shift brought
 * together. As `tokensInWindows` and `shiftMask` of core have it.
 */
export function windowsWgsl({ area }: WindowVariant): string {
  return `const PADDING = 0x0fffffffu;
// A token in the lower bits, its strip in the upper four.
var<workgroup> places: array<u32, ${area}>;
fn token_of(row: u32) -> u32 { return places[row] & PADDING; }
fn strip_of(row: u32) -> u32 { return places[row] >> 28u; }
fn padded(size: u32, window: u32) -> u32 { return (size + window - 1u) / window * window; }
fn source(at: u32, size: u32, window: u32, shift: u32) -> u32 {
  if (params.pad_first != 0u) { return (at + shift) % padded(size, window); }
  return select(size, (at + shift) % size, at < size);
}
fn strip(at: u32, size: u32, window: u32, shift: u32) -> u32 {
  let end = padded(size, window);
  if (shift == 0u || at < end - window) { return 0u; }
  return select(2u, 1u, at < end - shift);
}
fn take_window(lane: u32, threads: u32) {
  let across = padded(params.map_width, params.window_width) / params.window_width;
  let windows = padded(params.map_height, params.window_height) / params.window_height * across;
  let top = batch % windows / across * params.window_height;
  let left = batch % windows % across * params.window_width;
  workgroupBarrier();
  for (var place = lane; place < ${area}u; place += threads) {
    let y = top + place / params.window_width;
    let x = left + place % params.window_width;
    let row = source(y, params.map_height, params.window_height, params.shift_down);
    let column = source(x, params.map_width, params.window_width, params.shift_across);
    let token = (batch / windows * params.map_height + row) * params.map_width + column;
    let where_from = 3u * strip(y, params.map_height, params.window_height, params.shift_down)
      + strip(x, params.map_width, params.window_width, params.shift_across);
    places[place] = select(PADDING, token, row < params.map_height && column < params.map_width) | (where_from << 28u);
  }
  workgroupBarrier();
}`;
}
