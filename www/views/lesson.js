// A lesson that came by a link: what it asks, how far that is done, what it keeps as it is, and the way out.

import { html, number } from '../dom.js';
import { late } from '../later.js';
import { changed, HANDLES } from '../lesson.js';
import { NO_LESSON, requestOf } from '../request.js';

/** @typedef {{ name: string, is: string, met: boolean }} Standing */

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { api, functions, store, painter }) {
  const { properties, lesson } = late;
  const task = html('p', { class: 'task', dir: 'auto' });
  const goals = html('ul', { class: 'goals quiet' });
  const kept = html('p', { class: 'quiet' });
  const said = html('strong', { role: 'status' });
  const leave = html('button', { type: 'button', class: 'plain' }, lesson.leave);
  leave.addEventListener('click', () => store.update(NO_LESSON));
  root.replaceChildren(task, goals, kept, html('div', { class: 'buttons' }, said, leave));

  /** Of which link the picture is that the lesson opened with, and that picture. */
  let opened = '';
  /** @type {Promise<ImageData> | null} */
  let first = null;
  /** How much of the picture is another by now. */
  let share = NaN;
  let keeping = false;

  /** The picture that the lesson opened with: it stays so when the page is loaded again. */
  function begin() {
    const { state } = functions.parseLink(opened);
    first = api.generate({ ...requestOf(state, functions), priority: 'low' }).then(({ image }) => image);
    first.catch(() => (first = null));
  }

  async function measure() {
    share = NaN;
    if (!store.value.goal.includes('changed')) return;
    const from = history.state?.opened ?? store.opened;
    if (from !== opened || !first) {
      opened = from;
      history.replaceState({ ...history.state, opened }, '');
      begin();
    }
    const shown = painter.shown?.image;
    const image = await first?.catch(() => null);
    if (!image || !shown || shown !== painter.shown?.image) return;
    share = shown.width === image.width ? changed(shown, image) : 1;
    show();
  }

  function show() {
    const { task: asked } = store.value;
    const active = store.inLesson;
    root.hidden = !active;
    document.documentElement.classList.toggle('learning', active);
    keep();
    if (!active) return;
    task.textContent = asked;
    task.hidden = !asked;
    const standing = functions.goalStanding(store.value, share);
    goals.replaceChildren(...standing.filter(({ name }) => name in lesson.measured).map(measured));
    goals.hidden = goals.childElementCount === 0;
    const names = store.locked.map((name) => properties[/** @type {keyof typeof properties} */ (name)]);
    kept.textContent = lesson.kept(names);
    kept.hidden = names.length === 0;
    const done = standing.length > 0 && standing.every(({ met }) => met);
    root.classList.toggle('done', done);
    const verdict = standing.length === 0 ? '' : done ? lesson.done : lesson.open;
    if (said.textContent !== verdict) said.textContent = verdict;
  }

  /** @param {Standing} standing */
  function measured({ name, is, met }) {
    const said = lesson.measured[/** @type {keyof typeof lesson.measured} */ (name)];
    return html('li', { class: met ? 'met' : '' }, said(is === '' ? '…' : name === 'changed' ? number(100 * Number(is), 0) : number(Number(is))));
  }

  /** Takes what the lesson keeps out of the hand, and gives the rest back. */
  function keep() {
    const { locked } = store;
    if (locked.length === 0 && !keeping) return;
    keeping = locked.length > 0;
    const held = new Set(Object.entries(HANDLES).flatMap(([name, at]) => (locked.includes(name) ? [...document.querySelectorAll(at)] : [])));
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.locked'))) {
      if (held.has(element)) continue;
      element.inert = false;
      element.classList.remove('locked');
    }
    for (const element of /** @type {Set<HTMLElement>} */ (held)) {
      element.inert = true;
      element.classList.add('locked');
    }
  }

  store.watch(() => {
    show();
    measure();
  });
  painter.addEventListener('picture', measure);
  // Parts that come later are kept, too.
  new MutationObserver(keep).observe(document.body, { childList: true, subtree: true });
}
