// Marks a visit by a link before anything is painted: the opening then stands further down, and a lesson's parts stand alone. No
// module, for these come later.

const shown = new URLSearchParams(location.hash.slice(1)).getAll('show').at(-1);
if (shown) document.documentElement.dataset.show = shown.replaceAll(',', ' ');
document.documentElement.classList.toggle('arrived', location.hash.length > 1);
