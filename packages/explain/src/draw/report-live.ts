import type { ReportedAttention } from "./reported-attention.ts";
import type { Grid } from "./sampled.ts";

/** What the page's script is given. */
export interface ReportData {
  maps: { title: string; about: string; rows: number; columns: number; signed: boolean; values: string }[];
  attention?: ReportedAttention | undefined;
  /** Tables of 256 colours. */
  colours: { plain: string; signed: string };
}

/** The script of the page. It refers to nothing outside of itself, because the page carries it as text. */
export function live(data: ReportData, sample: (grid: Grid, y: number, x: number) => number): void {
  const find = (id: string) => document.getElementById(id)!;
  const bytes = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const colours = { plain: bytes(data.colours.plain), signed: bytes(data.colours.signed) };
  const maps = data.maps.map((map) => ({ ...map, values: Float32Array.from(bytes(map.values), (byte) => byte / 255) }));
  const { attention } = data;
  const blocks = attention?.blocks.map((block) => ({
    ...block,
    rows: bytes(block.rows),
    largest: bytes(block.largest),
  }));
  const [layer, patch, stage] = [find("layer") as HTMLCanvasElement, find("patch"), find("layer").parentElement!];
  const [block, head, strength] = ["block", "head", "strength"].map((id) => find(id)) as [HTMLInputElement, HTMLInputElement, HTMLInputElement]; // prettier-ignore
  let chosen = maps.length > 0 ? 0 : -1; // -1: attention
  let hovered: [row: number, column: number] | undefined;

  function paint(canvas: HTMLCanvasElement, grid: Grid, signed: boolean): void {
    const fine = Math.min(16, Math.max(2, Math.floor(320 / Math.max(grid.rows, grid.columns))));
    const [width, height] = [grid.columns * fine, grid.rows * fine];
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d")!;
    const image = context.createImageData(width, height);
    const table = signed ? colours.signed : colours.plain;
    for (let at = 0; at < width * height; at++) {
      const y = (Math.floor(at / width) + 0.5) / height;
      const value = Math.min(1, Math.max(0, sample(grid, y, ((at % width) + 0.5) / width)));
      const colour = 3 * Math.round(255 * value);
      const cover = signed ? Math.min(1, 1.4 * Math.abs(2 * value - 1)) : 0.5 + 0.5 * value;
      image.data.set([table[colour]!, table[colour + 1]!, table[colour + 2]!, 255 * cover], 4 * at);
    }
    context.putImageData(image, 0, 0);
  }

  /** Where a token of the chosen block looks, the largest as 1; heads are weighted by how much each row's bytes stand for. */
  function looks(token: number | undefined): Grid {
    const { tokens, prefix, grid: [rows, columns] } = attention!; // prettier-ignore
    const one = blocks![Number(block.value)]!;
    const wanted = Number(head.value);
    const values = new Float32Array(rows * columns);
    for (let h = 0; h < one.heads; h++) {
      if (wanted >= 0 && h !== wanted) continue;
      const sources = token === undefined ? (prefix > 0 ? [0] : Array.from(values.keys())) : [token];
      for (const source of sources) {
        const row = h * tokens + source;
        const weight = (one.largest[2 * row]! << 8) | one.largest[2 * row + 1]!;
        for (let i = 0; i < values.length; i++) values[i]! += weight * one.rows[row * tokens + prefix + i]!;
      }
    }
    const most = values.reduce((a, b) => Math.max(a, b), 0);
    return { values: values.map((value) => (most > 0 ? value / most : 0)), rows, columns };
  }

  function show(): void {
    const isAttention = chosen < 0;
    const map = maps[chosen];
    const size = attention && isAttention ? { rows: attention.grid[0], columns: attention.grid[1] } : undefined;
    if (size && blocks) {
      const most = blocks[Number(block.value)]!.heads;
      head.max = String(most - 1);
      head.parentElement!.hidden = most === 1;
      block.nextElementSibling!.textContent = block.value;
      head.nextElementSibling!.textContent = head.value === "-1" ? "all" : head.value;
      const token = hovered && attention!.prefix + hovered[0] * size.columns + hovered[1];
      paint(layer, looks(token), false);
      const who = attention!.prefix > 0 ? "the class token" : "the patches together";
      find("about").textContent = hovered
        ? `Where the patch in row ${hovered[0]}, column ${hovered[1]} looks.`
        : `Where ${who} look${attention!.prefix > 0 ? "s" : ""}. Point at a patch, or go there by the arrow keys, to see where it looks.`;
    } else if (map) {
      paint(layer, map, map.signed);
      find("about").textContent = map.about;
    }
    find("sliders").hidden = !isAttention;
    patch.hidden = !(isAttention && hovered);
    if (size && hovered) {
      const [row, column] = hovered;
      Object.assign((patch.firstElementChild as HTMLElement).style, {
        left: `${(100 * column) / size.columns}%`,
        top: `${(100 * row) / size.rows}%`,
        width: `${100 / size.columns}%`,
        height: `${100 / size.rows}%`,
      });
    }
    layer.style.opacity = String(Number(strength.value) / 100);
    for (const [i, button] of [...find("methods").children].entries())
      button.setAttribute("aria-pressed", String(i === (isAttention ? maps.length : chosen)));
    const scale = (find("scale") as HTMLCanvasElement).getContext("2d")!;
    const table = map?.signed ? colours.signed : colours.plain;
    scale.clearRect(0, 0, 256, 1);
    for (let i = 0; i < 256; i++) {
      const share = map?.signed ? Math.abs(i / 127.5 - 1) : 1;
      scale.fillStyle = `rgb(${table[3 * i]} ${table[3 * i + 1]} ${table[3 * i + 2]} / ${share})`;
      scale.fillRect(i, 0, 1, 1);
    }
    const [least, most] = [...document.querySelectorAll(".stage figcaption span")];
    least!.textContent = map?.signed ? "against" : "less";
    most!.textContent = map?.signed ? "for" : "more";
  }

  function choose(which: number): void {
    [chosen, hovered] = [which, undefined];
    show();
  }

  for (const [i, title] of [...maps.map((map) => map.title), ...(attention ? ["Attention"] : [])].entries()) {
    const button = document.createElement("button");
    button.textContent = title;
    button.addEventListener("click", () => choose(i < maps.length ? i : -1));
    find("methods").append(button);
  }
  for (const [i, map] of maps.entries()) {
    const card = document.createElement("button");
    const small = stage.cloneNode(true) as HTMLElement;
    const canvas = small.querySelector("canvas")!;
    for (const part of small.querySelectorAll("[id]")) part.removeAttribute("id");
    small.querySelector("div:last-child")!.remove();
    small.style.width = "100%";
    small.removeAttribute("tabindex");
    paint(canvas, map, map.signed);
    canvas.style.opacity = "0.65";
    card.append(small, document.createTextNode(map.title));
    card.addEventListener("click", () => {
      choose(i);
      stage.scrollIntoView({ behavior: "smooth", block: "nearest" });
    });
    find("all").append(card);
  }
  if (blocks) Object.assign(block, { max: String(blocks.length - 1), value: String(blocks.length - 1) });
  for (const slider of [block, head, strength]) slider.addEventListener("input", show);
  function look(row: number, column: number): void {
    if (chosen >= 0 || !attention) return;
    const [rows, columns] = attention.grid;
    const isInside = row >= 0 && column >= 0 && row < rows && column < columns;
    if (String(hovered) === String(isInside ? [row, column] : undefined)) return;
    hovered = isInside ? [row, column] : undefined;
    show();
  }

  stage.addEventListener("pointermove", ({ clientX, clientY }) => {
    const box = layer.getBoundingClientRect();
    const [rows, columns] = attention?.grid ?? [1, 1];
    look(
      Math.floor(((clientY - box.top) / box.height) * rows),
      Math.floor(((clientX - box.left) / box.width) * columns),
    );
  });
  stage.addEventListener("pointerleave", () => look(-1, -1));
  stage.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || !attention || chosen >= 0) return;
    event.preventDefault();
    const [row, column] = hovered ?? attention.grid.map((size) => Math.floor(size / 2));
    look(row! + step[0]!, column! + step[1]!);
  });
  show();
}
