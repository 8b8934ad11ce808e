import { Pixels } from "../components/pixels.tsx";
import { NoPicture } from "../classify/shown-picture.tsx";
import { announce } from "../state/announce.ts";
import { picture } from "../state/picture.ts";
import type { Insight } from "../worker/calls.ts";
import { frameStyle } from "./frame-style.ts";
import { heatLayer } from "./layers.ts";
import { insight } from "./looking-inside.ts";
import { type Shown, lookingGrid, shownMap } from "./shown-map.ts";
import { type Patch, chosen, pointed } from "./view.ts";

/** The picture with a map over it; a patch that is pointed at shows where it looks. */
export function Stage() {
  const shown = picture.value;
  const inside = insight.value;
  if (!shown) return <NoPicture>Drop or paste a picture here</NoPicture>;
  const image = <img src={shown.url} alt={`The picture that is looked into: ${shown.name}`} />;
  const map = inside && shownMap(inside);
  if (!map) return image;
  return <Looked inside={inside} map={map} image={image} />;
}

function Looked({ inside, map, image }: { inside: Insight; map: Shown; image: preact.JSX.Element }) {
  const { width, height } = inside.picture;
  const [rows, columns] = lookingGrid(inside);
  const looks = inside.attention ?? inside.windows;
  const at = map.patch;
  const share = (value: number) => `${100 * value}%`;

  /** The patch under a pointer. */
  function under(event: PointerEvent): Patch | undefined {
    if (!looks) return undefined;
    const box = (event.currentTarget as HTMLElement).querySelector(".map")!.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    return row >= 0 && column >= 0 && row < rows && column < columns ? { row, column } : undefined;
  }

  function point(next: Patch | undefined) {
    if (next?.row !== pointed.value?.row || next?.column !== pointed.value?.column) pointed.value = next;
  }

  function onKeyDown(event: KeyboardEvent) {
    if (!looks) return;
    if (event.key === "Escape") [chosen.value, pointed.value] = [undefined, undefined];
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const from = at ?? { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
    const within = (to: number, size: number) => Math.min(size - 1, Math.max(0, to));
    const next = { row: within(from.row + move[0]!, rows), column: within(from.column + move[1]!, columns) };
    [chosen.value, pointed.value] = [next, undefined];
    const { about } = shownMap(inside)!;
    announce(about);
  }

  return (
    <div
      class="looked"
      role="application"
      aria-roledescription="patches"
      aria-label={`The picture in ${rows} × ${columns} patches. Arrow keys go from patch to patch and show where each looks, Escape leaves them.`}
      tabIndex={0}
      style={{ aspectRatio: `${width} / ${height}`, "--shape": String(width / height) }}
      onKeyDown={onKeyDown}
      onPointerMove={(event) => point(under(event))}
      onPointerLeave={() => point(undefined)}
      onClick={(event) => (chosen.value = under(event as unknown as PointerEvent) ?? chosen.value)}
    >
      {image}
      <div class="map" style={frameStyle(inside)}>
        <Pixels layer={heatLayer(map.map, "large")} class="smooth" />
        {at && (
          <i
            style={{
              left: share(at.column / columns),
              top: share(at.row / rows),
              width: share(1 / columns),
              height: share(1 / rows),
            }}
          />
        )}
      </div>
    </div>
  );
}
