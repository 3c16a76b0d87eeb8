// What was not read, and what was taken although it is not known: so that nothing is missing in silence.

import { h, shown } from '../dom.js';
import { heading, status, subjectLink } from '../parts.js';
import { count, number } from '../text.js';

const SHOWN = 2000;

function unsure(model) {
  return Object.keys(model.raw.resources.candidates).map(Number);
}

function doubtful(model) {
  return model.raw.resources.uncertain.map((text, row) => (text ? row : -1)).filter((row) => row >= 0);
}

function size(model) {
  return model.raw.skipped.length + unsure(model).length + doubtful(model).length;
}

export default {
  id: 'not-read',
  nav: 'Not read',
  when: (model) => size(model) > 0,
  count: (model) => number(size(model)),
  render(model, root) {
    root.append(heading('What was not read, or not known', 'Nothing is left out in silence: what could not be assessed stands here with the reason.'), content(model));
  },
};

/** The lists, for this view and for print. */
export function content(model) {
  const errors = model.raw.skipped.filter((each) => each[3]);
  const notes = model.raw.skipped.filter((each) => !each[3]);
  const resourceRow = (reason) => (row) => h('tr', null, h('th', { scope: 'row' }, subjectLink(model, row)), h('td', null, reason(row)));
  return h('div', null,
    table(`Could not be read: ${number(errors.length)}`, ['Where', 'What', 'Why'], errors.map((each) => entry(model, each, true)), errors.length),
    table(`Skipped: ${number(notes.length)}`, ['Where', 'What', 'Why'], notes.map((each) => entry(model, each, false)), notes.length),
    table(`${count(unsure(model).length, 'resource')} may be one of several offerings`, ['Resource', 'It may be'], unsure(model).slice(0, SHOWN).map(resourceRow((row) => [model.resource(row).candidates.map((each) => each.title).join(' or '), h('div', { class: 'soft' }, shown(model.resource(row).why))])), unsure(model).length),
    table(`${count(doubtful(model).length, 'resource')} may not exist`, ['Resource', 'Why'], doubtful(model).slice(0, SHOWN).map(resourceRow((row) => shown(model.resource(row).uncertain))), doubtful(model).length));
}

function entry(model, [where, what, why], error) {
  return h('tr', null, h('th', { scope: 'row' }, error ? status('not-satisfied', { word: false }) : null, ' ', shown(model.text(where), { class: 'place' })), h('td', null, shown(model.text(what))), h('td', null, shown(model.text(why))));
}

function table(title, heads, rows, whole) {
  if (!rows.length) return null;
  return h('section', { class: 'panel' }, h('h2', null, title),
    h('div', { class: 'wide-scroll', tabindex: '0', role: 'region', 'aria-label': title }, h('table', { class: 'plain-table' }, h('thead', null, h('tr', null, heads.map((each) => h('th', { scope: 'col' }, each)))), h('tbody', null, rows.slice(0, SHOWN)))),
    whole > SHOWN ? h('p', { class: 'soft' }, `and ${number(whole - SHOWN)} more; the JSON report has all of them`) : null);
}
