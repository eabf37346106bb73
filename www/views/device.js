// Which device draws, by its name, why, and how long both take where that was measured.

import { html } from '../dom.js';
import { words } from '../words.js';

/** @param {number} milliseconds */
const figure = (milliseconds) => milliseconds.toFixed(milliseconds < 10 ? 1 : 0);

/**
 * Returns what is to be told whenever another model is drawn.
 * @import { DeviceChange } from '../../pkg/index.d.ts'
 * @param {HTMLElement} root
 * @param {import('../api.js').Pushforward} api
 * @param {import('./notices.js').Notices} notices
 */
export function mountDevice(root, api, notices) {
  const { on, gpu: webgpu, software, cpu, adapter, took, note, replaced: said } = words.device;
  /** @type {string | undefined} */
  let model;
  let known = false;
  async function show() {
    const asked = model;
    const device = await api.device(model);
    if (asked !== model) return;
    const gpu = device.backend === 'webgpu';
    const kind = gpu ? (device.software ? software : webgpu) : cpu;
    root.replaceChildren(on, html('b', {}, kind), adapter(gpu ? device.adapter : ''), took(device, figure), note(device));
  }
  api.addEventListener('device', (event) => {
    const { replaced } = /** @type {CustomEvent<DeviceChange>} */ (event).detail;
    known = true;
    show();
    if (replaced) notices.show('device', said(replaced));
  });
  return (/** @type {string} */ id) => {
    model = id;
    // Before there is a picture, nobody is asked.
    if (known) show();
  };
}
