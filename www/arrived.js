// Before anything is painted: marks a visit by a link, for which the opening stands further down, leaves a lesson the parts that it
// shows, and gives the page the layout of the model that the link names, lest it jump when the engine says the same. No module, for
// these come later.

document.documentElement.classList.toggle('arrived', location.hash.length > 1);

{
  const said = new URLSearchParams(location.hash.slice(1));
  const shown = said.getAll('show').at(-1);
  if (shown) document.documentElement.dataset.show = shown.replaceAll(',', ' ');
  document.documentElement.classList.toggle('learning', ['show', 'lock', 'task', 'goal'].some((name) => said.get(name)));
  /** What the layouts of the models differ in, by their ids; of those that are not here it is nothing. @type {Record<string, string[]>} */
  const layouts = {
    'flow-fashion': ['painted'],
    'diffusion-fashion': ['painted'],
    'autoregressive-fashion': ['painted', 'chosen'],
    'codes-fashion': ['painted', 'chosen'],
    emoji: ['painted', 'told', 'coloured'],
  };
  const layout = layouts[said.getAll('model').at(-1) ?? ''] ?? [];
  const watcher = new MutationObserver(() => {
    const main = document.querySelector('main');
    if (!main) return;
    main.classList.add(...layout);
    watcher.disconnect();
  });
  watcher.observe(document.documentElement, { childList: true, subtree: true });
}
