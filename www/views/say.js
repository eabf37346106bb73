// What to draw, in words: a sentence at A, perhaps another one at B, and a few to begin with.

import { html } from '../dom.js';
import { words } from '../words.js';

/** In several scripts; some are drawn nowhere. */
const EXAMPLES = ['purple apple', 'sunset over the sea', 'red rose', 'corazón verde', '微笑的猫', 'サングラスの顔', 'синее сердце'];

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, context) {
  root.append(
    html('div', { class: 'sentences' }, sentence(context, 'prompt', 'A'), sentence(context, 'toprompt', 'B')),
    examples(context),
  );
}

/**
 * A field whose every letter counts.
 * @param {import('../main.js').Context} context
 * @param {'prompt' | 'toprompt'} name
 * @param {'A' | 'B'} letter
 */
function sentence({ store, notices }, name, letter) {
  const max = store.properties.get(name)?.max ?? Infinity;
  const input = html('input', {
    type: 'text',
    placeholder: words.say[name],
    title: store.help(name),
    'aria-label': words.say.at[letter],
    enterkeyhint: 'done',
    autocomplete: 'off',
    spellcheck: 'false',
    dir: 'auto',
  });
  input.addEventListener('input', () => {
    const kept = [...input.value.replace(/\p{Cc}/gu, '')].slice(0, max).join('');
    if (kept === input.value) notices.hide(name);
    else notices.show(name, words.say.tooLong(max));
    store.update({ [name]: kept });
  });
  // Enter is for those who are done typing: on a phone the keyboard gives way to the picture.
  input.addEventListener('keydown', (event) => event.key === 'Enter' && !event.isComposing && input.blur());
  store.watch(() => {
    if (input.value !== store.value[name]) input.value = store.value[name];
  });
  return html('label', { class: letter.toLowerCase() }, html('b', { class: letter.toLowerCase(), 'aria-hidden': 'true' }, letter), input);
}

/** @param {import('../main.js').Context} context */
function examples({ store, notices }) {
  const row = html('p', { class: 'examples' }, html('span', { class: 'quiet' }, words.say.example));
  for (const example of EXAMPLES) {
    const button = html('button', { type: 'button', class: 'plain', dir: 'auto' }, example);
    button.addEventListener('click', () => {
      notices.hide('prompt');
      store.update({ prompt: example });
    });
    row.append(button, ' ');
  }
  return row;
}
