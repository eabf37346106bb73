// Marks a visit by a link before anything is painted: the opening then stands further down. No module, for these come later.

document.documentElement.classList.toggle('arrived', location.hash.length > 1);
