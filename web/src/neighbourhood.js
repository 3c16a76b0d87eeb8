// The connections of one resource, drawn: what uses it on the left, what it uses on the right.

import { h, s, shown } from './dom.js';
import { subjectLink } from './parts.js';
import { link } from './router.js';
import { count, shortName, visible } from './text.js';

const SHOWN = 9;
const [WIDE, GAP, BOX] = [340, 30, 24];

export function neighbourhood(model, row, into, out) {
  const left = sides(model, into, 'from');
  const right = sides(model, out, 'to');
  const rows = Math.max(Math.min(left.length, SHOWN + 1), Math.min(right.length, SHOWN + 1), 1);
  const tall = rows * GAP + 24;
  const middle = tall / 2;
  const svg = s('svg', { class: 'ego', viewBox: `0 0 ${WIDE} ${tall}`, role: 'group', 'aria-label': `${count(left.length, 'resource')} connect to it, it connects to ${count(right.length, 'resource')}; listed below` });
  svg.append(...side(model, left, -1, middle, tall), ...side(model, right, 1, middle, tall));
  svg.append(s('circle', { class: 'ego-self', cx: WIDE / 2, cy: middle, r: 9 }));
  const list = (title, items) => (items.length ? h('details', null, h('summary', null, `${title}: ${items.length}`), h('ul', { class: 'plain' }, items.map((each) => h('li', null, subjectLink(model, each.row), ' ', h('span', { class: 'soft' }, shown([...each.kinds].join(', '))))))) : null);
  return h('div', null, svg, list('Connect to it', left), list('It connects to', right));
}

function sides(model, numbers, end) {
  const found = new Map();
  for (const number of numbers) {
    const other = model.connections[end][number];
    if (!found.has(other)) found.set(other, { row: other, kinds: new Set() });
    found.get(other).kinds.add(model.text(model.connections.kind[number]));
  }
  return [...found.values()];
}

function side(model, items, way, middle, tall) {
  const drawn = items.slice(0, SHOWN);
  const rest = items.length - drawn.length;
  const number = drawn.length + (rest ? 1 : 0);
  const start = (tall - number * GAP) / 2 + GAP / 2;
  const parts = [];
  const edge = way < 0 ? 118 : WIDE - 118;
  drawn.forEach((each, place) => {
    const y = start + place * GAP;
    const x = WIDE / 2 + way * 11;
    parts.push(s('path', { class: 'ego-edge', d: `M${edge} ${y}C${(edge + x) / 2} ${y} ${(edge + x) / 2} ${middle} ${x} ${middle}` }, s('title', null, visible([...each.kinds].join(', ')))));
    const name = visible(shortName(model.nameOf(each.row)));
    const short = name.length > 17 ? `${name.slice(0, 16)}…` : name;
    parts.push(s('a', { href: link('resource', {}, model.idOf(each.row)) },
      s('rect', { class: 'ego-box', x: way < 0 ? 0 : WIDE - 118, y: y - BOX / 2, width: 118, height: BOX, rx: 5 }),
      s('text', { class: 'ego-name', x: way < 0 ? 8 : WIDE - 110, y: y + 4 }, short), s('title', null, `${visible(model.nameOf(each.row))} (${visible([...each.kinds].join(', '))})`)));
  });
  if (rest) parts.push(s('text', { class: 'ego-name soft', x: way < 0 ? 8 : WIDE - 110, y: start + drawn.length * GAP + 4 }, `${rest} more`));
  return parts;
}
