// Which device draws, by its name, and why.

import { html } from '../dom.js';

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
    const kind = gpu ? (device.software ? 'WebGPU in software' : 'WebGPU') : 'the CPU';
    root.replaceChildren('Drawing on ', html('b', {}, kind), gpu ? `, ${device.adapter}. ` : '. ', device.note);
    if (replaced) notices.show('device', replaced);
  });
}
