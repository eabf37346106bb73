// The editor of lessons: from what the page shows now, and from what is ticked, asked and wanted, to a link, a frame and a QR code.

import { html, set, svg } from '../dom.js';
import { late } from '../later.js';
import { words } from '../words.js';

/** @import { State } from '../../pkg/index.d.ts' */

/** Conditions that can be set at once. */
const GOALS = 3;

/** Light modules around a code: ISO/IEC 18004 asks for four. */
const QUIET = 4;

/** The size of a frame, in pixels of CSS. */
const FRAME = { width: 960, height: 720 };

/** How long a button says that it has copied. */
const THANKS = 2500;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { api, functions, store }) {
  const { editor, properties, parts } = late;
  const table = store.properties;
  const shown = boxes(editor.show, table.get('show')?.choices ?? [], parts);
  const locked = boxes(editor.lock, table.get('lock')?.choices ?? [], properties);
  const task = html('input', { type: 'text', dir: 'auto', maxlength: table.get('task')?.max ?? 200, autocomplete: 'off' });
  const goals = Array.from({ length: GOALS }, () => condition(table.get('goal')?.choices ?? [], { ...properties, ...editor.measured }));
  const link = copied(editor.link);
  const frame = copied(editor.frame);
  const code = html('div', { class: 'code' });
  const open = html('a', { target: '_blank', rel: 'noopener' }, editor.open);
  const wanted = html('div', {}, html('b', {}, editor.goal), ...goals.map(({ element }) => element), html('p', { class: 'quiet' }, editor.goalHelp));
  const said = html('p', { role: 'status' });
  const form = html('form', {}, shown.element, locked.element, html('label', {}, html('b', {}, editor.task), task), wanted);
  const made = html('div', { class: 'made' }, html('div', {}, said, link.element, frame.element, html('p', {}, open)), code);
  root.append(form, made);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', show);
  store.watch(show);

  function show() {
    const value = { ...store.value, show: shown.value(), lock: locked.value(), task: task.value.trim(), goal: goals.map(({ value }) => value()).filter(Boolean).join(','), tour: null };
    // As a link would be read: what cannot be used is said, and the rest is the lesson.
    const { state, messages } = functions.parseLink(fragmentOf(value));
    said.textContent = messages.map(words.replaced).join(' ');
    const url = api.link(state);
    open.href = link.input.value = url;
    frame.input.value = `<iframe src="${url.replaceAll('&', '&amp;')}" width="${FRAME.width}" height="${FRAME.height}" title="Pushforward" loading="lazy"></iframe>`;
    code.replaceChildren(draw(url));
  }

  /** @param {string} url */
  function draw(url) {
    try {
      return qr(functions.qrCode(url));
    } catch (error) {
      return html('p', { class: 'quiet' }, words.error(/** @type {Error} */ (error)));
    }
  }

  /** @param {State} value */
  function fragmentOf(value) {
    const said = Object.entries(value).flatMap(([name, of]) => (of === null || of === '' ? [] : [`${name}=${encodeURIComponent(String(of))}`]));
    return said.join('&');
  }

  /**
   * A line to copy from.
   * @param {string} label
   */
  function copied(label) {
    const input = html('input', { type: 'text', readonly: true, spellcheck: 'false' });
    const button = html('button', { type: 'button', class: 'plain' }, editor.copy);
    input.addEventListener('focus', () => input.select());
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(input.value);
        button.textContent = editor.copied;
        setTimeout(() => (button.textContent = editor.copy), THANKS);
      } catch {
        input.focus();
      }
    });
    return { input, element: html('div', { class: 'copied' }, html('label', {}, label, input), button) };
  }

  /**
   * A condition: a name, and what it must be.
   * @param {string[]} names
   * @param {Record<string, string>} called
   */
  function condition(names, called) {
    const name = html('select', { 'aria-label': editor.of }, html('option', { value: '' }, editor.nothing), ...names.map((of) => html('option', { value: of }, called[of])));
    const from = html('input', { type: 'text', 'aria-label': editor.from, placeholder: editor.from, autocomplete: 'off', spellcheck: 'false' });
    const to = html('input', { type: 'text', 'aria-label': editor.to, placeholder: editor.to, autocomplete: 'off', spellcheck: 'false' });
    const enable = () => (from.disabled = to.disabled = name.value === '');
    enable();
    name.addEventListener('change', () => {
      enable();
      // What it is now, to begin from.
      const now = store.value[/** @type {keyof State} */ (name.value)];
      from.value = now === undefined || now === null ? '' : String(now);
      to.value = '';
    });
    const value = () => (name.value && from.value.trim() ? [name.value, from.value, to.value].map((text) => text.trim()).filter(Boolean).join('~') : '');
    return { element: html('div', { class: 'goal' }, name, from, to), value };
  }
}

/**
 * Boxes to tick, and the names of those that are, with commas between them.
 * @param {string} title
 * @param {string[]} names
 * @param {Record<string, string>} called
 */
function boxes(title, names, called) {
  const inputs = names.map((name) => html('input', { type: 'checkbox', value: name }));
  const labels = inputs.map((input) => html('label', { class: 'box' }, input, called[input.value]));
  const value = () => inputs.filter(({ checked }) => checked).map((input) => input.value).join(',');
  return { element: html('fieldset', {}, html('legend', {}, title), ...labels), value };
}

/**
 * A code, drawn in one path.
 * @param {Uint8Array} modules row by row, 1 where they are dark
 */
function qr(modules) {
  const side = Math.sqrt(modules.length);
  const dark = Array.from(modules.keys()).filter((i) => modules[i]).map((i) => `M${i % side} ${Math.floor(i / side)}h1v1h-1z`);
  const drawing = svg('svg', { viewBox: `${-QUIET} ${-QUIET} ${side + 2 * QUIET} ${side + 2 * QUIET}`, 'shape-rendering': 'crispEdges', role: 'img' });
  drawing.append(svg('path', { d: dark.join(''), fill: '#000' }));
  return set(drawing, { 'aria-label': late.editor.code });
}
