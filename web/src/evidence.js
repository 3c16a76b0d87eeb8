// The values that decided a finding.

import { h, shown } from './dom.js';

/** The values that decided a finding, path by path. */
export function evidence(text, of) {
  if (!text) return null;
  const rows = Object.entries(JSON.parse(text)).map(([path, value]) => h('tr', null, h('th', { scope: 'row' }, shown(path)), h('td', null, valueOf(value))));
  return rows.length ? h('div', { class: 'evidence-scroll', tabindex: '0', role: 'region', 'aria-label': `Evidence of ${of}` }, h('table', { class: 'evidence' }, h('caption', { class: 'vh' }, 'The values that decided it'), h('tbody', null, rows))) : null;
}

export function valueOf(value) {
  if (value === null) return h('span', { class: 'soft' }, 'not set');
  if (isUnknown(value)) return h('span', null, h('span', { class: 'status st-unknown' }, '? '), shown(value.text ?? ''), ' ', h('span', { class: 'soft' }, shown(value.unknown)));
  return shown(typeof value === 'string' ? value : JSON.stringify(value));
}

function isUnknown(value) {
  return typeof value === 'object' && value !== null && typeof value.unknown === 'string';
}
