import { TesseraError } from "@tessera/core";
import type { AttentionMaps } from "../attention/attention-maps.ts";
import type { Heatmap } from "../heatmap.ts";
import { base64 } from "./base64.ts";
import { colourTable, opposing, turbo } from "./colour-maps.ts";
import type { Frame } from "./overlay.ts";
import { type ReportData, live } from "./report-live.ts";
import { reportStyle } from "./report-style.ts";
import { reportedAttention } from "./reported-attention.ts";
import { sampled } from "./sampled.ts";
import { scaled } from "./scaled.ts";
import { escaped } from "./svg.ts";

/** One way to explain an answer. */
export interface ReportMap {
  title: string;
  /** What it shows, in a sentence. */
  about: string;
  map: Heatmap;
  /** True where values below 0 speak against the answer. */
  signed?: boolean;
}

/** What is no map on the picture. */
export interface ReportFigure {
  title: string;
  about: string;
  /** SVG, as `plot` and `panels` make it. */
  svg: string;
}

export interface Report {
  title: string;
  /** Below the title: the model, and what is explained. */
  subtitle: string;
  picture: {
    /** Address of the picture; a data URI keeps the page in one file. */
    href: string;
    width: number;
    height: number;
  };
  /** What of the picture the model has seen. @default all of it */
  frame?: Frame;
  /** The best answers, and how likely the model finds each. */
  answers: readonly { label: string; score: number }[];
  maps: readonly ReportMap[];
  /** Adds sliders for blocks and heads, and shows where a patch looks. */
  attention?: AttentionMaps | undefined;
  figures?: readonly ReportFigure[];
  /** What the page does not have, and why. */
  notes?: readonly string[];
}

/** Bytes of attention that a page may carry; heads are fused where it would be more. */
const LIMIT = 24e6;

/**
 * All explanations of one answer as one HTML file that needs nothing else, and may not ask for it: its policy lets no request out.
 * @throws {TesseraError} if there is neither a map nor attention.
 */
export function reportPage(report: Report): string {
  const { title, subtitle, picture, maps, attention, figures = [], notes = [] } = report;
  if (maps.length === 0 && !attention)
    throw new TesseraError("reportPage: expected a map or attention to show, got neither");
  const { width, height } = picture;
  const { frame = { left: 0, top: 0, width, height } } = report;
  const data: ReportData = {
    maps: maps.map(({ title: name, about, map, signed = false }) => {
      const { values, rows, columns } = scaled(map, signed);
      return { title: name, about, rows, columns, signed, values: base64(values.map((value) => 255 * value)) };
    }),
    attention: attention && reportedAttention(attention, LIMIT),
    colours: { plain: base64(colourTable(turbo)), signed: base64(colourTable(opposing)) },
  };
  const percent = (share: number) => `${(100 * share).toFixed(3)}%`;
  const place = `left:${percent(frame.left / width)};top:${percent(frame.top / height)};width:${percent(frame.width / width)};height:${percent(frame.height / height)}`;
  // In a script's text a closing tag would end it, whatever it stands in.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${reportStyle}</style>
<header><h1>${escaped(title)}</h1><p>${escaped(subtitle)}</p></header>
<main>
<section class="look">
<figure class="stage"><div class="picture" tabindex="0" style="aspect-ratio:${width}/${height};width:min(100%, calc(68vh * ${(width / height).toFixed(4)}))"><img src="${escaped(picture.href)}" alt="The picture that is explained"><canvas id="layer" style="${place}"></canvas><div class="seen" style="${place}"></div><div id="patch" style="${place}" hidden><i></i></div></div>
<figcaption><span>less</span><canvas id="scale" width="256" height="1"></canvas><span>more</span></figcaption></figure>
<div class="panel">
<ol class="answers">${report.answers.map(answer).join("")}</ol>
<div id="methods" role="group" aria-label="Method"></div>
<p id="about" aria-live="polite"></p>
<div id="sliders" hidden>
<label>Block <input id="block" type="range" min="0" step="1"><output></output></label>
<label>Head <input id="head" type="range" min="-1" value="-1" step="1"><output></output></label>
</div>
<label>Strength <input id="strength" type="range" min="0" max="100" value="65"></label>
</div>
</section>
<section id="all" class="all" aria-label="All methods"></section>
<section class="figures">${figures.map(figure).join("\n")}</section>
${notes.length === 0 ? "" : `<section><h2>Not on this page</h2><ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join("")}</ul></section>`}
</main>
<footer>Made by Tessera. This page is one file: it asks nobody for anything.</footer>
<script type="application/json" id="data">${json}</script>
<script>(${live.toString()})(JSON.parse(document.getElementById("data").textContent), ${sampled.toString()});</script>
</html>
`;
}

function answer({ label, score }: Report["answers"][number]): string {
  const width = (100 * score).toFixed(1);
  return `<li><span>${escaped(label)}</span><b style="--share:${width}%"></b><span>${width} %</span></li>`;
}

function figure({ title, about, svg }: ReportFigure): string {
  return `<figure><h2>${escaped(title)}</h2>${svg}<figcaption>${escaped(about)}</figcaption></figure>`;
}
