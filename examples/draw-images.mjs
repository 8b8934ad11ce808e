// Draws the pictures of examples/images: `node examples/draw-images.mjs`. They are the project's own, made of shapes.
import { mkdir } from "node:fs/promises";
import sharp from "sharp";

/** @param {string} top @param {string} bottom */
const sky = (top, bottom) =>
  `<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient>`;
const blur = `<filter id="soft"><feGaussianBlur stdDeviation="3"/></filter>`;

const pictures = {
  ship: `
    <defs>${sky("#9fc3e6", "#dbe9f5")}${blur}</defs>
    <rect width="320" height="240" fill="url(#sky)"/>
    <rect y="158" width="320" height="82" fill="#2d5d8a"/>
    <g stroke="#5f8db5" stroke-width="3" opacity=".7"><path d="M0 182h80M110 196h90M220 178h90M30 214h120M190 222h110"/></g>
    <path d="M34 140h252l-30 40H66z" fill="#7e1f1a"/>
    <path d="M34 140h252l-7 10H43z" fill="#f2f2ee"/>
    <path d="M86 104h120v36H86z" fill="#f7f7f3"/>
    <path d="M110 76h78v28h-78z" fill="#e9e9e4"/>
    <g fill="#34495e"><path d="M94 114h12v10H94zM114 114h12v10h-12zM134 114h12v10h-12zM154 114h12v10h-12zM174 114h12v10h-12zM118 84h62v9h-62z"/></g>
    <path d="M128 46h26v30h-26z" fill="#c0392b"/><path d="M128 46h26v8h-26z" fill="#1d1d1d"/>
    <path d="M222 140V72M222 76l44 60" stroke="#444" stroke-width="3" fill="none"/>`,
  airplane: `
    <defs>${sky("#5f9fdc", "#cfe4f7")}${blur}</defs>
    <rect width="320" height="240" fill="url(#sky)"/>
    <g fill="#fff" opacity=".75" filter="url(#soft)"><ellipse cx="70" cy="196" rx="70" ry="14"/><ellipse cx="260" cy="58" rx="54" ry="10"/></g>
    <path d="M30 128c0-11 16-17 34-17h176c28 0 52 10 60 19-10 8-34 15-60 15H64c-20 0-34-7-34-17z" fill="#eef1f4"/>
    <path d="M30 128c0 10 14 17 34 17h176c26 0 50-7 60-15z" fill="#b9c2cb"/>
    <path d="M40 116L22 66h24l34 46z" fill="#2f5f9e"/>
    <path d="M136 132L84 204h28l84-70z" fill="#8f9aa6"/>
    <path d="M150 112L120 74h20l52 38z" fill="#a9b3bd"/>
    <path d="M262 116c12 2 24 7 30 12h-28z" fill="#33414f"/>
    <g fill="#4a5a6a">${Array.from({ length: 13 }, (_, i) => `<circle cx="${88 + 13 * i}" cy="121" r="2.6"/>`).join("")}</g>
    <ellipse cx="130" cy="172" rx="17" ry="8" fill="#66727e"/>`,
  truck: `
    <defs>${sky("#bcd3e6", "#eef3f6")}</defs>
    <rect width="320" height="240" fill="url(#sky)"/>
    <rect y="170" width="320" height="70" fill="#75777a"/><rect y="164" width="320" height="8" fill="#8d9a6b"/>
    <rect x="20" y="58" width="186" height="112" fill="#e8e8e6"/><rect x="20" y="58" width="186" height="10" fill="#c9c9c6"/>
    <path d="M212 84h48c8 0 12 4 16 12l18 36v40h-82z" fill="#b3261e"/>
    <path d="M226 94h32c6 0 9 3 12 9l12 25h-56z" fill="#253646"/>
    <rect x="20" y="164" width="274" height="12" fill="#2b2b2b"/>
    <rect x="282" y="146" width="14" height="10" fill="#ffe9a8"/>
    ${[58, 104, 246].map((x) => `<circle cx="${x}" cy="182" r="22" fill="#161616"/><circle cx="${x}" cy="182" r="10" fill="#9a9a9a"/>`).join("")}`,
  frog: `
    <defs><radialGradient id="g"><stop offset="0" stop-color="#8fae58"/><stop offset="1" stop-color="#55702f"/></radialGradient>${blur}</defs>
    <rect width="320" height="240" fill="#6d5a3f"/>
    <g filter="url(#soft)" opacity=".6">${Array.from({ length: 26 }, (_, i) => `<ellipse cx="${(i * 73) % 320}" cy="${(i * 47) % 240}" rx="${16 + ((i * 7) % 18)}" ry="9" fill="${["#8b7550", "#54452f", "#7b8a4a"][i % 3]}"/>`).join("")}</g>
    <ellipse cx="160" cy="150" rx="92" ry="62" fill="url(#g)"/>
    <path d="M84 150c-50-6-58 40-34 58 22 14 66 6 70-8zM236 150c50-6 58 40 34 58-22 14-66 6-70-8z" fill="#5c7a33"/>
    <path d="M112 190c-10 16-30 22-44 22h52zM208 190c10 16 30 22 44 22h-52z" fill="#4c672a"/>
    <ellipse cx="160" cy="104" rx="70" ry="46" fill="#7c9c48"/>
    <circle cx="112" cy="72" r="21" fill="#7c9c48"/><circle cx="208" cy="72" r="21" fill="#7c9c48"/>
    <circle cx="112" cy="70" r="13" fill="#e6d267"/><circle cx="208" cy="70" r="13" fill="#e6d267"/>
    <ellipse cx="112" cy="70" rx="9" ry="5" fill="#121212"/><ellipse cx="208" cy="70" rx="9" ry="5" fill="#121212"/>
    <path d="M104 118q56 30 112 0" stroke="#3c5120" stroke-width="4" fill="none"/>
    <g fill="#4c672a" opacity=".7"><circle cx="120" cy="152" r="9"/><circle cx="160" cy="166" r="11"/><circle cx="204" cy="150" r="8"/><circle cx="184" cy="128" r="6"/></g>`,
};

await mkdir(new URL("images/", import.meta.url), { recursive: true });
for (const [name, shapes] of Object.entries(pictures)) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240" viewBox="0 0 320 240">${shapes}</svg>`;
  await sharp(Buffer.from(svg))
    .jpeg({ quality: 88 })
    .toFile(new URL(`images/${name}.jpg`, import.meta.url).pathname);
}
