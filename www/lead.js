// Leads from a family's own address to the page, and keeps whatever a link asks for. No module: nothing is to be painted before.

{
  const { model } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const asked = location.hash.slice(1);
  // A link that names a model means that one, whatever folder it was sent to.
  const whole = new URLSearchParams(asked).has('model') ? asked : [`model=${model}`, asked].filter(Boolean).join('&');
  location.replace(new URL(`../${location.search}#${whole}`, location.href));
}
