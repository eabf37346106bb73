// Which device draws, by its name, and why.

import { html } from '../dom.js';
import { words } from '../words.js';

/**
 * @import { DeviceChange } from '../../pkg/index.d.ts'
 * @param {HTMLElement} root
 * @param {import('../api.js').Pushforward} api
 * @param {import('./notices.js').Notices} notices
 */
export function mountDevice(root, api, notices) {
  api.addEventListener('device', (event) => {
    const { device, replaced } = /** @type {CustomEvent<DeviceChange>} */ (event).detail;
    const gpu = device.backend === 'webgpu';
    const { on, gpu: webgpu, software, cpu, adapter, note, replaced: said } = words.device;
    const kind = gpu ? (device.software ? software : webgpu) : cpu;
    root.replaceChildren(on, html('b', {}, kind), adapter(gpu ? device.adapter : ''), note(device));
    if (replaced) notices.show('device', said(replaced));
  });
}
