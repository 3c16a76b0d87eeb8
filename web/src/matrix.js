// Offerings × responsibilities: whose it is as a letter and a colour, how it stands as a mark and a bar.

import { h, spoken } from './dom.js';
import { bar, sentence, total } from './parts.js';
import { link } from './router.js';
import { count, number, visible } from './text.js';
import { GROUP, PARTY, STATUS, STATUS_ORDER, title } from './words.js';

/** The matrix of all offerings and the responsibilities that each resource has. */
export function matrix(model) {
  const columns = columnsOf(model, (each) => each.scope === 'resource');
  const rows = new Map();
  for (let row = 0; row < model.size; row++) {
    const offering = model.raw.resources.offering[row];
    if (!rows.has(offering)) rows.set(offering, []);
    rows.get(offering).push(row);
  }
  const list = [...rows].map(([place, members]) => ({ offering: model.offerings[place], members }))
    .sort((a, b) => (a.offering.id < b.offering.id ? -1 : 1))
    .map(({ offering, members }) => ({ name: offering.title, note: offering.serviceTitle === offering.title ? '' : offering.serviceTitle, members, query: { offering: offering.id } }));
  return h('div', null, key(), table(model, 'Offerings and responsibilities', 'Offering', columns, list));
}

/** The duties that an account or an organisation has once. */
export function aboveMatrix(model) {
  const columns = columnsOf(model, (each) => each.scope !== 'resource');
  const list = [];
  for (let row = model.size; row < model.rows; row++) list.push({ name: model.nameOf(row), note: '', members: [row], query: { subject: model.idOf(row) } });
  if (!list.length) return null;
  return h('section', null, h('h2', null, 'Once for each account and for the organisation'), table(model, 'Accounts and their duties', 'Whose', columns, list, 'narrow'));
}

function columnsOf(model, wanted) {
  return model.responsibilities.map((each, place) => ({ ...each, place })).filter(wanted);
}

function key() {
  const parties = ['aws', 'shared', 'customer'].map((each) => h('li', null, h('span', { class: `cell-key c-${each}` }, PARTY[each].letter), ` ${PARTY[each].whose}`));
  const marks = STATUS_ORDER.filter((each) => each !== 'inherited').map((each) => h('li', { title: STATUS[each].meaning }, h('span', { class: `mark st-${each}` }, STATUS[each].mark), ` ${STATUS[each].word.toLowerCase()}`));
  return h('ul', { class: 'matrix-key', 'aria-label': 'How to read the matrix' }, parties, marks, h('li', { class: 'soft' }, 'a cell shows its worst'));
}

function table(model, label, corner, columns, list, kind = '') {
  const groups = [];
  for (const each of columns) {
    const last = groups[groups.length - 1];
    if (last && last.name === each.group) last.span++;
    else groups.push({ name: each.group, span: 1 });
  }
  const starts = new Set();
  groups.reduce((sum, each) => (starts.add(sum), sum + each.span), 0);
  const head = h('thead', null,
    h('tr', { class: 'groups-row', 'aria-hidden': 'true' }, h('td'), groups.map((each) => h('td', { colspan: each.span }, each.span > 1 ? GROUP[each.name] ?? title(each.name) : ''))),
    h('tr', null, h('th', { scope: 'col', class: 'corner' }, corner), columns.map((each, number_) => h('th', { scope: 'col', class: starts.has(number_) ? 'upright start' : 'upright', title: visible(each.definition) }, h('span', null, each.title)))));
  const body = h('tbody', null, list.map((each) => h('tr', null,
    h('th', { scope: 'row' }, h('a', { href: link('duties', each.query) }, h('span', { class: 'row-name' }, each.name), h('span', { class: 'soft' }, each.note ? ` ${each.note}` : ''), each.members.length > 1 ? h('span', { class: 'times' }, `× ${number(each.members.length)}`) : null)),
    columns.map((column, number_) => cell(model, each, column, starts.has(number_))))));
  const found = h('table', { class: `matrix ${kind}`.trim(), 'aria-label': label }, head, body);
  return h('div', { class: 'matrix-scroll', tabindex: '0', role: 'region', 'aria-label': `${label}. Arrow keys move from cell to cell.`, on: { keydown: walk } }, found);
}

function cell(model, each, column, start) {
  const counts = Object.fromEntries(model.statuses.map((name) => [name, 0]));
  const parties = {};
  for (const row of each.members) {
    const duty = row * model.width + column.place;
    if (!model.has(duty)) continue;
    const status = model.statusOf(duty);
    counts[status]++;
    if (status !== 'not-applicable') parties[model.partyOf(duty)] = (parties[model.partyOf(duty)] ?? 0) + 1;
  }
  const edge = start ? ' start' : '';
  const names = Object.keys(parties);
  if (!names.length) return h('td', { class: `none${edge}` }, h('span', { title: counts['not-applicable'] ? 'Not applicable' : 'No such duty' }, counts['not-applicable'] ? '–' : ''));
  const party = names.length > 1 ? 'shared' : names[0];
  const worst = STATUS_ORDER.find((name) => counts[name]);
  const whole = total(counts);
  const label = `${each.name}, ${column.title}: ${names.map((name) => PARTY[name].whose).join(' and ')}, ${whole ? sentence(counts) : count(counts.inherited, 'duty', 'duties')}`;
  return h('td', { class: edge.trim() || null },
    h('a', { class: `cell c-${party}`, tabindex: '-1', href: link('duties', { ...each.query, responsibility: column.id, status: whole ? '' : 'any' }), title: label },
      h('span', { class: 'letter', 'aria-hidden': 'true' }, names.length > 1 ? '±' : PARTY[party].letter),
      worst === 'inherited' ? null : h('span', { class: `mark st-${worst}`, 'aria-hidden': 'true' }, STATUS[worst].mark),
      whole ? bar(counts) : null, spoken(label)));
}

/** Arrow keys move between the cells of a matrix, so that it takes one stop of the tab key. */
function walk(event) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  const body = event.currentTarget.querySelector('tbody');
  const here = event.target.closest('td, th');
  if (!here) {
    if (event.key === 'ArrowDown') focus(event, body.querySelector('a.cell'));
    return;
  }
  let [row, column] = [here.parentElement.rowIndex, here.cellIndex];
  const rows = here.closest('table').rows;
  for (;;) {
    row += step[0];
    column += step[1];
    const next = rows[row]?.cells[column];
    if (!next || !body.contains(next)) return;
    const target = next.querySelector('a');
    if (target) {
      focus(event, target);
      return;
    }
  }
}

function focus(event, target) {
  event.preventDefault();
  target?.focus();
}
