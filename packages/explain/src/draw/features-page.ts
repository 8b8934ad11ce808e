import { TesseraError } from "@tessera/core";
import type { Neighbour } from "../features/neighbours.ts";
import { type FeaturesData, liveFeatures } from "./features-live.ts";
import { reportStyle } from "./report-style.ts";
import { type ScatteredPicture, groupColours, placed, thumbnailSide } from "./scatter.ts";
import { escaped } from "./svg.ts";

export interface FeaturesReport {
  title: string;
  /** Below the title: the model, and how pictures were laid out. */
  subtitle: string;
  pictures: readonly ScatteredPicture[];
  /** The nearest others of each picture. */
  neighbours: readonly (readonly Neighbour[])[];
  /** Groups of pictures that are the same or nearly so. */
  duplicates: readonly (readonly number[])[];
}

const style = `
.plane { position: relative; width: 100%; aspect-ratio: 1 } .plane button { position: absolute; padding: 0; border: 2px solid var(--of); background: none; line-height: 0; border-radius: 4px; overflow: hidden }
.plane button:hover, .plane button:focus-visible, .plane button.chosen { transform: scale(1.8); z-index: 2 } .plane button.near { z-index: 1; box-shadow: 0 0 0 4px var(--accent) }
.plane img { width: 100%; height: 100%; object-fit: cover } .groups { display: flex; flex-wrap: wrap; gap: .3rem .9rem; margin: 0 0 .8rem; padding: 0; list-style: none; font-size: .85rem }
.groups i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .35em }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(5rem, 1fr)); gap: .6rem; margin: .6rem 0 } .tiles figure { font-size: .75rem; overflow-wrap: anywhere; color: var(--soft) } .tiles img { width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 6px; display: block }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.25rem } #one { max-width: 10rem }
`;

/**
 * Pictures laid out by their features as one HTML file that needs nothing else: a picture that is chosen shows its neighbours.
 * @throws {TesseraError} if there are not as many neighbours as pictures.
 */
export function featuresPage({ title, subtitle, pictures, neighbours, duplicates }: FeaturesReport): string {
  if (pictures.length === 0 || pictures.length !== neighbours.length) {
    throw new TesseraError(
      `featuresPage: expected pictures and the neighbours of each, got ${pictures.length} and ${neighbours.length}`,
    );
  }
  const { groups, places } = placed(pictures, 1);
  const thumbnail = thumbnailSide(pictures.length) / 720;
  const colour = (group: string | undefined) =>
    group === undefined ? "var(--line)" : groupColours[groups.indexOf(group) % groupColours.length]!;
  const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
  const buttons = pictures.map(({ name, href, group }, i) => {
    const [x, y] = places[i]!.map((at) => percent(at * (1 - thumbnail))) as [string, string];
    const place = `left:${x};top:${y};width:${percent(thumbnail)};aspect-ratio:1;--of:${colour(group)}`;
    return `<button style="${place}" title="${escaped(name)}"><img src="${escaped(href)}" alt="${escaped(name)}" loading="lazy"></button>`;
  });
  const data: FeaturesData = { names: pictures.map(({ name }) => name), neighbours };
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  const tile = (i: number) =>
    `<figure><img src="${escaped(pictures[i]!.href)}" alt=""><figcaption>${escaped(pictures[i]!.name)}</figcaption></figure>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${reportStyle}${style}</style>
<header><h1>${escaped(title)}</h1><p>${escaped(subtitle)}</p></header>
<main>
<section class="look">
<div>${groups.length < 2 ? "" : `<ul class="groups">${groups.map((group) => `<li><i style="background:${colour(group)}"></i>${escaped(group)}</li>`).join("")}</ul>`}
<div class="plane" id="plane">${buttons.join("")}</div></div>
<div class="panel"><h2 id="name" aria-live="polite">Choose a picture to see its neighbours.</h2><div id="near" class="tiles"></div></div>
</section>
${duplicates.length === 0 ? "" : `<section class="card"><h2>The same, or nearly so</h2>${duplicates.map((group) => `<div class="tiles">${group.map(tile).join("")}</div>`).join("")}</section>`}
</main>
<footer>Made by Tessera. This page is one file: it asks nobody for anything.</footer>
<script type="application/json" id="data">${json}</script>
<script>(${liveFeatures.toString()})(JSON.parse(document.getElementById("data").textContent));</script>
</html>
`;
}
