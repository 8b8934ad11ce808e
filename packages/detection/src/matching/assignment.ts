import { ShapeError, TesseraError } from "@tessera/core";

/** Pairs of a row and a column, by rising row. */
export interface Assignment {
  rows: number[];
  columns: number[];
}

/**
 * The pairs of a row and a column, none in two of them and as many as there can be, whose costs add up to least: exact, by shortest
 * augmenting paths, Jonker and Volgenant 1987 in the rectangular form of Crouse 2016, as scipy's `linear_sum_assignment`. Time grows
 * with the square of the shorter side times the longer. `Infinity` forbids a pair.
 *
 * @param costs [rows, columns], row by row
 * @throws {ShapeError} if there are more or fewer costs.
 * @throws {TesseraError} for NaN or −Infinity, and if every assignment has a forbidden pair.
 */
export function assignment(costs: ArrayLike<number>, [rows, columns]: readonly [number, number]): Assignment {
  if (costs.length !== rows * columns)
    throw new ShapeError(`assignment: expected ${rows} × ${columns} costs, got ${costs.length}`);
  const wrong = Array.prototype.findIndex.call(costs, (cost: number) => Number.isNaN(cost) || cost === -Infinity);
  if (wrong >= 0)
    throw new TesseraError(
      `assignment: expected costs that are numbers above -Infinity, got ${costs[wrong]} at ${wrong}`,
    );
  if (rows > columns) {
    const turned = byShortestPaths((i, j) => costs[j * columns + i]!, columns, rows);
    const pairs = turned.map((row, column) => [row, column] as const).sort(([a], [b]) => a - b);
    return { rows: pairs.map(([row]) => row), columns: pairs.map(([, column]) => column) };
  }
  return { rows: Array.from({ length: rows }, (_, i) => i), columns: byShortestPaths((i, j) => costs[i * columns + j]!, rows, columns) }; // prettier-ignore
}

/** The column of each row, of which there are no more than columns. */
function byShortestPaths(cost: (row: number, column: number) => number, rows: number, columns: number): number[] {
  const rowPrices = new Float64Array(rows);
  const columnPrices = new Float64Array(columns);
  const columnOf = new Int32Array(rows).fill(-1);
  const rowOf = new Int32Array(columns).fill(-1);
  const from = new Int32Array(columns);

  for (let start = 0; start < rows; start++) {
    // Dijkstra's search from a free row, over reduced costs, to the nearest free column.
    const distance = new Float64Array(columns).fill(Infinity);
    const reachedRows = new Set<number>();
    const reachedColumns = new Set<number>();
    const left = Array.from({ length: columns }, (_, j) => columns - 1 - j);
    let [row, sink, least] = [start, -1, 0];
    while (sink < 0) {
      reachedRows.add(row);
      let [next, lowest] = [-1, Infinity];
      for (const [at, j] of left.entries()) {
        const length = least + cost(row, j) - rowPrices[row]! - columnPrices[j]!;
        if (length < distance[j]!) [from[j], distance[j]] = [row, length];
        // Of equals a free column, which ends the search.
        const isNearer = distance[j]! < lowest || (distance[j] === lowest && rowOf[j] === -1);
        if (isNearer) [next, lowest] = [at, distance[j]!];
      }
      if (lowest === Infinity)
        throw new TesseraError("assignment: expected one without a forbidden pair, got costs that allow none");
      const column = left[next]!;
      least = lowest;
      left[next] = left.at(-1)!;
      left.pop();
      reachedColumns.add(column);
      if (rowOf[column] === -1) sink = column;
      else row = rowOf[column]!;
    }

    rowPrices[start] = rowPrices[start]! + least;
    for (const i of reachedRows) if (i !== start) rowPrices[i] = rowPrices[i]! + least - distance[columnOf[i]!]!;
    for (const j of reachedColumns) columnPrices[j] = columnPrices[j]! - (least - distance[j]!);
    for (let column = sink; ;) {
      const i = from[column]!;
      rowOf[column] = i;
      [columnOf[i], column] = [column, columnOf[i]!];
      if (i === start) break;
    }
  }
  return [...columnOf];
}
