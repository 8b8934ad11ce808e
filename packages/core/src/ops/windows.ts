/** Rows, then columns. */
type Pair = readonly [number, number];

/** How a map is cut into windows: Liu et al. 2021 (Swin), section 3.2. */
export interface Windows {
  /** [rows, columns] of the map. */
  grid: Pair;
  /** [rows, columns] of a window. Where the map is not made of whole windows, it is padded at the bottom and on the right. */
  window: Pair;
  /** By how much the map is moved up and to the left, around its border, before it is cut; less than a window. */
  shift: Pair;
  /** True pads before the shift (transformers, torchvision, detection), false after it (timm): another cut of the same map. */
  padFirst: boolean;
}

/** [rows, columns] of windows. */
function windowCounts({ grid, window }: Windows): [number, number] {
  return [Math.ceil(grid[0] / window[0]), Math.ceil(grid[1] / window[1])];
}

/** True for a map of whole windows, which nothing pads. */
export function isWhole({ grid, window }: Windows): boolean {
  return grid[0] % window[0] === 0 && grid[1] % window[1] === 0;
}

/** The token at each place of each window, both row by row; −1 where there is padding. [windows · area] */
export function tokensInWindows(windows: Windows): Int32Array {
  const { grid, window } = windows;
  const [, across] = windowCounts(windows);
  const [rows, columns] = [sources(windows, 0), sources(windows, 1)];
  const area = window[0] * window[1];
  const tokens = new Int32Array(rows.length * columns.length);
  for (let y = 0; y < rows.length; y++) {
    for (let x = 0; x < columns.length; x++) {
      const which = Math.floor(y / window[0]) * across + Math.floor(x / window[1]);
      const place = (y % window[0]) * window[1] + (x % window[1]);
      const isToken = rows[y]! >= 0 && columns[x]! >= 0;
      tokens[which * area + place] = isToken ? rows[y]! * grid[1] + columns[x]! : -1;
    }
  }
  return tokens;
}

/** Where among the windows' tokens each token of the map is: window · area + place. [rows · columns] */
export function placesInWindows(windows: Windows): Int32Array {
  const places = new Int32Array(windows.grid[0] * windows.grid[1]);
  for (const [place, token] of tokensInWindows(windows).entries()) if (token >= 0) places[token] = place;
  return places;
}

/**
 * What is added to the scores of a window's tokens, row by query: 0, or `value` between tokens that the shift brought together
 * from opposite borders of the map. [windows, area, area]
 */
export function shiftMask(windows: Windows, value: number): Float32Array {
  const { window } = windows;
  const [down, across] = windowCounts(windows);
  const [rows, columns] = [regions(windows, 0), regions(windows, 1)];
  const area = window[0] * window[1];
  const mask = new Float32Array(down * across * area * area);
  for (let which = 0; which < down * across; which++) {
    const [top, left] = [Math.floor(which / across) * window[0], (which % across) * window[1]];
    const labels = Array.from({ length: area }, (_, place) => {
      const [y, x] = [top + Math.floor(place / window[1]), left + (place % window[1])];
      return 3 * rows[y]! + columns[x]!;
    });
    for (let query = 0; query < area; query++)
      for (let key = 0; key < area; key++)
        if (labels[query] !== labels[key]) mask[(which * area + query) * area + key] = value;
  }
  return mask;
}

/** Row or column of the map that each row or column of the padded and shifted map shows; −1 for padding. */
function sources(windows: Windows, axis: 0 | 1): Int32Array {
  const { grid, window, shift, padFirst } = windows;
  const size = grid[axis];
  const padded = windowCounts(windows)[axis] * window[axis];
  return Int32Array.from({ length: padded }, (_, at) => {
    if (!padFirst) return at < size ? (at + shift[axis]) % size : -1;
    const source = (at + shift[axis]) % padded;
    return source < size ? source : -1;
  });
}

/** Which of three strips along an axis each row or column of the shifted map lies in; all in one without a shift. */
function regions(windows: Windows, axis: 0 | 1): Int32Array {
  const { window, shift } = windows;
  const padded = windowCounts(windows)[axis] * window[axis];
  return Int32Array.from({ length: padded }, (_, at) => {
    if (shift[axis] === 0 || at < padded - window[axis]) return 0;
    return at < padded - shift[axis] ? 1 : 2;
  });
}
