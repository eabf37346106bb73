// The look of figures in other pages. Its colours are custom properties of the element, which a page may set: `push-forward { --a: teal; }`.

/**
 * A sheet of one's own: neither an attribute nor an element, so that the strictest Content-Security-Policy allows it.
 * @param {string} rules
 */
export function sheet(rules) {
  const made = new CSSStyleSheet();
  made.replaceSync(rules);
  return made;
}

export const FRAME = sheet(`
:host([view]) {
  color-scheme: light dark;
  --paper: #fbfaf8;
  --raised: #ffffff;
  --ink: #14151a;
  --soft: #5b5d66;
  --hair: #dcdad4;
  --film: #0b0b0d;
  --a: #cf2f14;
  --b: #1f4fd8;
  --on-end: #ffffff;
  --shell: #d9a400;
  --shell-strength: 0.5;
  --mid: color-mix(in oklab, var(--a), var(--b));
  --serif: Didot, 'Bodoni 72', 'Bodoni MT', 'Noto Serif Display', 'Times New Roman', 'Liberation Serif', serif;
  box-sizing: border-box;
  aspect-ratio: auto;
  background: none;
  font-size: 15px;
  line-height: 1.45;
  text-align: start;
  vertical-align: top;
}
@media (prefers-color-scheme: dark) {
  :host([view]) {
    --paper: #0f1014;
    --raised: #191b21;
    --ink: #f3f1ec;
    --soft: #a5a7b0;
    --hair: #30323a;
    --film: #000000;
    --a: #ff7a5e;
    --b: #86a5ff;
    --on-end: #0f1014;
    --shell: #ffcf4d;
    --shell-strength: 0.34;
  }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
figure {
  margin: 0;
  padding: 12px;
  border: 1px solid var(--hair);
  border-radius: 6px;
  background: var(--paper);
  color: var(--ink);
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
.body:empty { aspect-ratio: 1; border-radius: 4px; background: var(--film); }
:is(.plane, .race) .body:empty { aspect-ratio: 1.6; }
canvas { display: block; width: 100%; height: auto; border-radius: 3px; background: var(--film); image-rendering: pixelated; }
/* Emoji are drawn on white, in few colours, which bear being smoothed. */
.coloured { --film: #ffffff; }
.coloured canvas { image-rendering: auto; }
.stale { filter: brightness(0.4); }
.coloured .stale { filter: opacity(0.4); }
figcaption { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 4px 14px; margin-top: 10px; color: var(--soft); font-size: 0.87em; }
figcaption [role='status'] { flex: 1 1 8em; }
button { font: inherit; cursor: pointer; touch-action: manipulation; }
figcaption button { min-height: 44px; padding: 4px 20px; border: 0; border-radius: 999px; background: var(--ink); color: var(--paper); font-weight: 500; }
figcaption button:hover { background: var(--mid); }
:focus-visible { outline: 3px solid var(--b); outline-offset: 2px; border-radius: 3px; }
figcaption button:focus-visible { border-radius: 999px; }
@media (forced-colors: active) {
  figcaption button { border: 1px solid; }
}`);
