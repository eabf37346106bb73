// Short names for making and finding elements.

/** Where arrow keys go, in columns and rows. @type {Record<string, [number, number]>} */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * The one element of the page that a selector names.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {T}
 */
export function find(selector, within = document) {
  const found = within.querySelector(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return /** @type {T} */ (found);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/**
 * @template {Element} T
 * @param {T} element
 * @param {Record<string, string | number | boolean>} attributes
 * @returns {T}
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'boolean') element.toggleAttribute(name, value);
    else element.setAttribute(name, typeof value === 'number' ? String(Math.round(value * 1e4) / 1e4) : value);
  }
  return element;
}

/**
 * @template {Element} T
 * @param {T} element
 * @param {Record<string, string | number | boolean>} attributes
 * @param {(Node | string)[]} children
 */
function fill(element, attributes, children) {
  set(element, attributes).append(...children);
  return element;
}

/**
 * The d of a path through points.
 * @param {ArrayLike<number>[]} points
 */
export function line(points) {
  return points.map(({ 0: x, 1: y }, i) => `${i ? 'L' : 'M'}${x.toFixed(3)} ${y.toFixed(3)}`).join('');
}

/**
 * Fills the track of a slider up to its thumb.
 * @param {HTMLInputElement} slider
 */
export function fillTrack(slider) {
  const [min, max] = [Number(slider.min), Number(slider.max)];
  slider.style.setProperty('--place', String((slider.valueAsNumber - min) / (max - min)));
}

/**
 * An index below the line.
 * @param {number} index
 */
export function subscript(index) {
  return String(index).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]);
}

/**
 * A number for people, with a true minus sign.
 * @param {number} value
 * @param {number} [digits]
 */
export function number(value, digits = 2) {
  // What rounds to zero has no sign.
  return (Number(value.toFixed(digits)) || 0).toFixed(digits).replace('-', '−');
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;
}

/**
 * Paints an image on a canvas at its own size; the style sheet makes it large.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageData} image
 */
export function paint(canvas, image) {
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
