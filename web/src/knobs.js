// The settings of a resource type that bear on a responsibility, with what is known of each: set, not set, or not told.

import { h, shown, spoken } from './dom.js';
import { valueOf } from './evidence.js';
import { count } from './text.js';

const SHOWN = 12;

export function knobs(model, row, duty, findings) {
  if (!model.isResource(row)) return null;
  const resource = model.resource(row);
  const paths = (resource.kind.knobs[duty % model.width] ?? []).map((each) => model.text(each));
  if (!paths.length) return null;
  const known = valuesOf(findings);
  const written = resource.written ? resource.written.map((each) => model.text(each)) : null;
  const list = paths.map((path) => ({ path, depth: path.split('.').length, state: stateOf(path, known, written) }));
  // what is known first, then the settings nearest to the top
  list.sort((a, b) => rank(a) - rank(b) || a.depth - b.depth || (a.path < b.path ? -1 : 1));
  const set = list.filter((each) => each.state.set === true).length;
  const told = written || list.some((each) => each.state.set !== null);
  const rows = (items) => items.map(({ path, state }) => h('li', { class: state.set ? 'knob-set' : 'knob' },
    h('span', { class: 'knob-mark', 'aria-hidden': 'true' }, state.set === null ? '·' : state.set ? '●' : '○'),
    h('code', null, shown(path)), ' ', stateText(state)));
  const more = list.slice(SHOWN);
  return h('details', { class: 'knobs' },
    h('summary', null, `${count(list.length, 'setting')} of ${resource.type} bear${list.length === 1 ? 's' : ''} on this${told ? `; ${set} known to be set` : ''}`),
    h('ul', null, rows(list.slice(0, SHOWN))),
    more.length ? h('details', null, h('summary', null, `${count(more.length, 'more setting')}`), h('ul', null, rows(more))) : null);
}

/** The values that findings looked at, by path without the numbers of list items. */
function valuesOf(findings) {
  const known = new Map();
  for (const each of findings) {
    if (!each.evidence) continue;
    for (const [path, value] of Object.entries(JSON.parse(each.evidence))) known.set(path.replace(/\[\d*\]/g, ''), value);
  }
  return known;
}

function stateOf(path, known, written) {
  const plain = path.replace(/\[\]|\{\}/g, '');
  if (known.has(plain)) return { set: known.get(plain) !== null, value: known.get(plain) };
  if (written) return { set: written.includes(plain), value: undefined };
  return { set: null, value: undefined };
}

function rank({ state }) {
  return state.set === true ? 0 : state.set === false ? 1 : 2;
}

function stateText(state) {
  if (state.set === null) return h('span', { class: 'soft' }, spoken('no control looked at it'));
  if (state.value === undefined) return h('span', { class: 'soft' }, state.set ? 'set' : 'not set');
  return state.value === null ? h('span', { class: 'soft' }, 'not set') : ['= ', valueOf(state.value)];
}
