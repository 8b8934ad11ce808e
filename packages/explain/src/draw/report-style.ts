/** How the page looks, by day and by night, on a phone and on a desk. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6875; --paper: #f4f6f9; --card: #fff; --line: #dde3ea; --accent: #2563a8 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #9aa7b4; --paper: #11161c; --card: #1a212a; --line: #2c3641; --accent: #6aa9ee } }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper) }
header, main, footer { max-width: 74rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: 1.5rem } h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere } h2 { font-size: 1rem; margin: 0 0 .5rem }
header p { margin: .15rem 0 1.25rem; color: var(--soft) } footer { padding-block: 2rem; color: var(--soft); font-size: .85rem }
section { margin-bottom: 1.25rem }
.look { display: grid; grid-template-columns: minmax(0, 3fr) minmax(17rem, 2fr); gap: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.25rem }
@media (max-width: 46rem) { .look { grid-template-columns: minmax(0, 1fr) } }
figure { margin: 0 }
.picture { position: relative; overflow: hidden; border-radius: 8px; background: #000; display: block; margin: 0 auto }
.picture img { width: 100%; height: 100%; display: block; filter: grayscale(.6) } .seen { box-shadow: 0 0 0 9999px rgb(0 0 0 / .65) } .picture canvas, .picture div { position: absolute; transition: opacity .15s }
.picture div { pointer-events: none } .picture i { position: absolute; border: 2px solid #fff; box-shadow: 0 0 0 1px #000; border-radius: 2px }
.stage figcaption { display: flex; gap: .6rem; align-items: center; justify-content: center; margin-top: .6rem; font-size: .8rem; color: var(--soft) }
#scale { width: 9rem; height: .6rem; border-radius: 4px }
.answers { list-style: none; margin: 0 0 1rem; padding: 0 } .answers li { display: grid; grid-template-columns: 40% 1fr 4.2rem; gap: .6rem; align-items: center; padding: .12rem 0 }
.answers span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap } .answers li:first-child span { font-weight: 600 } .answers span:last-child { text-align: right; font-variant-numeric: tabular-nums }
.answers b { height: .55rem; border-radius: 4px; background: linear-gradient(var(--accent) 0 0) 0 0 / var(--share) 100% no-repeat var(--line) }
#methods { display: flex; flex-wrap: wrap; gap: .4rem } button { font: inherit; color: inherit; cursor: pointer }
#methods button { border: 1px solid var(--line); border-radius: 999px; padding: .25rem .8rem; background: none }
#methods button[aria-pressed=true] { background: var(--accent); border-color: var(--accent); color: var(--card); font-weight: 600 }
button:focus-visible, .picture:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
#about { color: var(--soft); min-height: 4.5em; margin: .8rem 0 } label { display: grid; grid-template-columns: 5rem 1fr 5rem; gap: .6rem; align-items: center; padding: .2rem 0 }
label[hidden], [hidden] { display: none } input { width: 100%; accent-color: var(--accent) } output { font-variant-numeric: tabular-nums; color: var(--soft) }
.all { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1rem }
.all button { border: 1px solid var(--line); border-radius: 10px; padding: .5rem; background: var(--card); text-align: left; font-size: .85rem } .all .picture { margin-bottom: .4rem }
.figures { columns: 26rem; column-gap: 1rem }
.figures figure { break-inside: avoid; margin-bottom: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.1rem } .figures figcaption { color: var(--soft); font-size: .85rem; margin-top: .5rem }
.figures svg { width: 100%; height: auto; display: block; color: var(--ink) } .figures .paper { fill: none } .figures .title { display: none }
`;
