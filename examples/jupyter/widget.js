// The widget's side in the browser: an element that shows what the model says, and a model that follows what a hand does.

/** Traits that are attributes of the element, by their names in Python. */
const ATTRIBUTES = { view: 'view', models: 'models', model: 'model', prompt: 'prompt', of_class: 'of-class', seed: 'seed', to: 'to', t: 't' };

/** Those among them that are properties of a link, by their keys in it, and how they are read there. */
const PROPERTIES = { model: ['model', String], prompt: ['prompt', String], of_class: ['class', Number], seed: ['seed', Number], to: ['to', Number], t: ['t', Number] };

/** What a link says of a trait; null where it says nothing. */
function readFrom(link, trait) {
  const [key, as] = PROPERTIES[trait];
  const said = link.split('&').map((pair) => pair.split('=')).find(([name]) => name === key);
  return said ? as(decodeURIComponent(said[1])) : null;
}

async function render({ model, el }) {
  const base = model.get('base').replace(/\/?$/, '/');
  if (!customElements.get('push-forward')) await import(new URL('www/element.js', new URL(base, document.baseURI)).href);
  const figure = document.createElement('push-forward');
  figure.setAttribute('base', base);
  /** What the element says is news to the model only, and not to the element again. */
  let telling = false;

  const show = (trait) => {
    const value = model.get(trait);
    // Set in any case, so that the element knows that it counts again, and not what a hand has chosen.
    figure.setAttribute(ATTRIBUTES[trait], Array.isArray(value) ? value.join(' ') : String(value));
    if (value === null || value === undefined || value.length === 0) figure.removeAttribute(ATTRIBUTES[trait]);
  };
  const tell = (changes) => {
    telling = true;
    for (const [trait, value] of Object.entries(changes)) if (model.get(trait) !== value) model.set(trait, value);
    telling = false;
    model.save_changes();
  };

  /** Python has changed a trait: what was wrong before is so no longer. */
  const heed = (act) => () => {
    if (telling) return;
    tell({ error: '' });
    act();
  };
  const listeners = Object.keys(ATTRIBUTES).map((trait) => [`change:${trait}`, heed(() => show(trait))]);
  listeners.push(['change:link', heed(() => (figure.link = model.get('link')))]);
  for (const [name, listener] of listeners) model.on(name, listener);
  for (const trait of Object.keys(ATTRIBUTES)) show(trait);
  if (model.get('link')) figure.link = model.get('link');

  figure.addEventListener('draw', ({ detail: link }) => {
    const read = Object.keys(PROPERTIES).map((trait) => [trait, readFrom(link, trait)]);
    tell({ link, ...Object.fromEntries(read) });
  });
  figure.addEventListener('message', ({ detail }) => tell({ error: detail.join(' ') }));
  figure.addEventListener('error', ({ detail }) => tell({ error: detail.message }));
  el.append(figure);
  return () => {
    for (const [name, listener] of listeners) model.off(name, listener);
    figure.remove();
  };
}

export default { render };
